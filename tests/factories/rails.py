"""A rail that is another company's system, small enough to say whatever a test wants it to say.

It keeps payments, refunds, chargebacks, transfers and accounts as a processor would, and refuses what one refuses.
Put into the registry by the fixture `rail` of `tests/conftest.py`; its name is `cards`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from typing import Any

from marketplace.core.errors import DomainError
from marketplace.core.money import Money
from trade_assurance.payments.errors import ForgedWebhook
from trade_assurance.payments.providers.base import (
    AccountFacts,
    Call,
    ChargebackFacts,
    ChargebackStatus,
    Declined,
    Description,
    Done,
    EvidencePack,
    MovementType,
    NoticeObject,
    OnboardSpec,
    Outcome,
    PaidStatus,
    PayInSpec,
    PaymentFacts,
    PayOutSpec,
    Pending,
    ProviderBalance,
    ProviderMovement,
    Unknown,
    WebhookNotice,
)

NAME = "cards"


@dataclass
class CardRail:
    """A processor with cards: charges at once, chargebacks, transfers that name the payment they pay from."""

    paid: dict[str, PaymentFacts] = field(default_factory=dict)
    refunds: dict[str, Outcome] = field(default_factory=dict)
    refund_answer: Outcome | None = None
    chargebacks: dict[str, ChargebackFacts] = field(default_factory=dict)
    transfers: dict[str, tuple[Call, PayOutSpec]] = field(default_factory=dict)
    transfer_answers: list[Outcome] = field(default_factory=list)
    came_back: set[str] = field(default_factory=set)
    reversals: dict[str, tuple[Call, str]] = field(default_factory=dict)
    reversal_answers: list[Outcome] = field(default_factory=list)
    accounts: dict[str, AccountFacts] = field(default_factory=dict)
    packs: dict[str, EvidencePack] = field(default_factory=dict)
    unheard: list[ProviderMovement] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    silent: bool = False
    _numbers: count[int] = field(default_factory=lambda: count(1))

    description = Description(NAME, "Cards", "Pay by card.", manual=False)

    def why_unavailable(self) -> DomainError | None:
        return None

    def carries(self, money: Money) -> bool:
        return money.is_positive

    def start(self, call: Call, spec: PayInSpec) -> Outcome:
        ref = f"card_{next(self._numbers)}_{call.operation_id}"
        self.paid[ref] = PaymentFacts(ref, call.subject, PaidStatus.PAID, call.money, call.money)
        return Pending(ref, "/somewhere/")

    def fetch(self, ref: str, at: datetime) -> PaymentFacts | Unknown:
        return self.paid[ref]

    def cancel(self, call: Call, ref: str) -> Outcome:
        return Done(ref)

    def refund(self, call: Call, ref: str) -> Outcome:
        self.calls.append(f"refund {call.money.amount_minor}")
        if any(facts.payment_ref == ref and _is_open(facts) for facts in self.chargebacks.values()):
            return Declined("charge_disputed")
        answer = self.refund_answer or Done(f"re_{call.operation_id}")
        self.refunds[f"re_{call.operation_id}"] = answer
        return answer

    def fetch_refund(self, ref: str, at: datetime) -> Outcome:
        return self.refunds[ref]

    def find(self, call: Call) -> Outcome | None:
        return None

    def parse_webhook(self, headers: Mapping[str, str], raw: bytes, at: datetime) -> WebhookNotice:
        if headers.get("X-Cards-Signature") != "right":
            raise ForgedWebhook
        event, kind, ref = raw.decode().split()
        return WebhookNotice(event, kind, NoticeObject(kind), ref)

    def release(self, call: Call, spec: PayOutSpec) -> Outcome:
        answer = self.transfer_answers.pop(0) if self.transfer_answers else Done(f"tr_{call.operation_id}")
        self.transfers[f"tr_{call.operation_id}"] = (call, spec)
        return answer

    def fetch_transfer(self, ref: str, at: datetime) -> Outcome:
        return Declined("account_closed") if ref in self.came_back else Done(ref)

    def reverse(self, call: Call, transfer_ref: str) -> Outcome:
        self.reversals[f"rv_{call.operation_id}"] = (call, transfer_ref)
        return self.reversal_answers.pop(0) if self.reversal_answers else Done(f"rv_{call.operation_id}")

    def fetch_reversal(self, ref: str, at: datetime) -> Outcome:
        return Done(ref)

    def onboard(self, call: Call, spec: OnboardSpec) -> Outcome:
        account = spec.account or f"acct_{call.operation_id}"
        self.accounts.setdefault(account, AccountFacts(account, can_receive=False, missing=("passport",)))
        if self.accounts[account].can_receive:
            return Done(account)
        return Pending(account, f"https://rail.example/{account}")

    def account_status(self, ref: str, at: datetime) -> AccountFacts | Unknown:
        return Unknown("no answer") if self.silent else self.accounts[ref]

    def allow(self, ref: str) -> None:
        """The registration is complete: the account can be paid."""
        self.accounts[ref] = AccountFacts(ref, can_receive=True)

    def forbid(self, ref: str, reason: str) -> None:
        """The capability is lost."""
        self.accounts[ref] = AccountFacts(ref, can_receive=False, missing=("passport",), reason=reason)

    def fetch_chargeback(self, ref: str, at: datetime) -> ChargebackFacts | Unknown:
        return Unknown("no answer") if self.silent else self.chargebacks[ref]

    def submit_evidence(self, call: Call, ref: str, pack: EvidencePack) -> Outcome:
        self.packs[ref] = pack
        self.say(ref, status=ChargebackStatus.UNDER_REVIEW)
        return Done(ref)

    def movements(self, since: datetime, until: datetime) -> list[ProviderMovement] | Unknown:
        return [line for line in self.unheard if since <= line.at < until]

    def balance(self, at: datetime) -> ProviderBalance | Unknown:
        return ProviderBalance()

    def dispute(self, payment_ref: str, amount: Money, *, ref: str = "", **over: Any) -> str:
        """The payer goes to their bank: money is taken unless `over` says otherwise. The dispute's name."""
        ref = ref or f"dp_{next(self._numbers)}"
        said: dict[str, Any] = {
            "status": ChargebackStatus.OPEN,
            "fee": Money(1_500, amount.currency),
            "withdrawn": True,
            "reinstated": False,
            "reason": "product_not_received",
        }
        self.chargebacks[ref] = ChargebackFacts(
            ref=ref, payment_ref=payment_ref, amount=amount, **(said | over)
        )
        return ref

    def say(self, ref: str, **over: Any) -> None:
        """The processor now says something else of a dispute."""
        self.chargebacks[ref] = replace(self.chargebacks[ref], **over)

    def wins(self, ref: str) -> None:
        """The bank decides for the marketplace and the money is back."""
        self.say(ref, status=ChargebackStatus.WON, reinstated=True)

    def loses(self, ref: str) -> None:
        """The bank decides for the payer."""
        self.say(ref, status=ChargebackStatus.LOST, withdrawn=True, reinstated=False)

    def lists(self, ref: str, at: datetime) -> None:
        """The chargeback stands in the processor's list of movements, whoever heard of it."""
        facts = self.chargebacks[ref]
        line = ProviderMovement(f"txn_{ref}", MovementType.CHARGEBACK, ref, "", -facts.amount, facts.fee, at)
        self.unheard.append(line)


def _is_open(facts: ChargebackFacts) -> bool:
    return facts.withdrawn and not facts.reinstated and facts.status != ChargebackStatus.LOST
