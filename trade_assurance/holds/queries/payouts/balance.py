"""What a supplier is owed, what is on its way to their bank, and every line behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.queries import company_card
from marketplace.core.actors import Actor
from marketplace.core.errors import Text
from marketplace.core.money import Money
from orders.queries import who
from trade_assurance.holds.errors import NotYourStep, PayoutNotFound
from trade_assurance.holds.models import ChargebackCase, Hold, Payout, PayoutAccount
from trade_assurance.holds.policies import (
    can_ask_payout,
    can_judge_payout,
    can_see_balance,
    can_spend_credit,
    why_not_paid,
)
from trade_assurance.holds.queries.credit import CreditLine, credits_of
from trade_assurance.holds.queries.payouts.supplier_money import (
    RegistrationLine,
    SupplierMoney,
    registrations,
    supplier_money,
)
from trade_assurance.holds.states import PAYOUT_UNDER_WAY, HoldState, PayoutState, SecondApproval
from trade_assurance.ledger import queries as books
from trade_assurance.ledger.states import AccountKind

_TONES = {
    PayoutState.REQUESTED: "waiting",
    PayoutState.APPROVED: "info",
    PayoutState.SENT: "info",
    PayoutState.CONFIRMED: "safe",
    PayoutState.REJECTED: "danger",
    PayoutState.FAILED: "danger",
    PayoutState.RETURNED: "danger",
    PayoutState.WITHDRAWN: "info",
}
LINES = 50
_LABELS: dict[str, Text] = {
    "released": _("Released from an order, less commission"),
    "payout_requested": _("Payout asked for"),
    "kept_back": _("Kept back until a bank has decided about a chargeback"),
    "kept_back_returned": _("Kept back before, now yours"),
    "charged_back": _("Charged back by the buyer's bank"),
    "chargeback_overturned": _("Came back from the buyer's bank after all"),
    "debt_netted": _("Paid what you owed"),
    "payout_returned": _("Payout rejected or failed: back in the balance"),
    "payout_sent_back": _("Payout sent back by the bank: back in the balance"),
}


@dataclass(frozen=True, slots=True)
class CurrencyBalance:
    """One currency: to be paid out, under way, and still held for the company's open orders (frozen apart)."""

    currency: str
    available: Money
    under_way: Money
    held: Money
    frozen: Money
    has_account: bool
    account_text: str


@dataclass(frozen=True, slots=True)
class PayoutLine:
    """One payout in a list."""

    ref: str
    company: str
    amount: Money
    state: str
    state_label: str
    tone: str
    provider: str
    requested_at: datetime
    approvals_given: int
    approvals_needed: int
    reason: str
    waits_because: Text
    second_because: Text


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One line of the statement: when, what, about what, how much, balance after."""

    at: datetime
    label: Text
    subject: str
    amount: Money
    balance_after: Money


@dataclass(frozen=True, slots=True)
class BalancePage:
    """A supplier's money with the marketplace."""

    company_name: str
    balances: tuple[CurrencyBalance, ...]
    payouts: tuple[PayoutLine, ...]
    statement: tuple[StatementLine, ...]
    currency: str
    may_ask: bool
    supplier: SupplierMoney
    registrations: tuple[RegistrationLine, ...]
    credits: tuple[CreditLine, ...]
    may_return_credit: bool

    @property
    def shown(self) -> CurrencyBalance | None:
        """The balance whose statement is on the page."""
        return next((line for line in self.balances if line.currency == self.currency), None)


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step or approval of a payout."""

    at: datetime
    text: str
    who: str
    reason: str


@dataclass(frozen=True, slots=True)
class PayoutPage:
    """One payout with its way."""

    line: PayoutLine
    destination: dict[str, str]
    bank_reference: str
    returned: Money | None
    steps: tuple[StepLine, ...]
    may_judge: bool
    gave_first: bool
    is_manual: bool
    may_take_back: bool


def balances_of_company(company_id: int) -> tuple[CurrencyBalance, ...]:
    """Every currency the company has, or is about to have, money in; four statements."""
    ref = company_card(company_id).ref
    available = {money.currency: money for money in books.balances(AccountKind.SUPPLIER_PAYABLE, ref)}
    under_way = {money.currency: money for money in books.balances(AccountKind.PAYOUT_IN_TRANSIT, ref)}
    held = _held_for(company_id)
    accounts = {row.currency: row for row in PayoutAccount.objects.filter(company_id=company_id)}
    return tuple(
        CurrencyBalance(
            currency=currency,
            available=available.get(currency, Money.zero(currency)),
            under_way=under_way.get(currency, Money.zero(currency)),
            held=held.get(currency, nothing)[0],
            frozen=held.get(currency, nothing)[1],
            has_account=currency in accounts,
            account_text=_account_text(accounts.get(currency)),
        )
        for currency in sorted({*available, *under_way, *held, *accounts})
        for nothing in [(Money.zero(currency), Money.zero(currency))]
    )


def balance_page(actor: Actor, currency: str = "") -> BalancePage:
    """The acting company's balances, payouts and the statement of one currency. Raises `NotYourStep`."""
    if not can_see_balance(actor) or actor.company_id is None:
        raise NotYourStep
    balances = balances_of_company(actor.company_id)
    shown = currency if currency in {line.currency for line in balances} else ""
    shown = shown or first_to_show(balances)
    rows = (
        Payout.objects.filter(company_id=actor.company_id).select_related("company").order_by("-pk")[:LINES]
    )
    return BalancePage(
        company_name=actor.company_name,
        balances=balances,
        payouts=tuple(payout_line(row) for row in rows),
        statement=_statement(company_card(actor.company_id).ref, shown) if shown else (),
        currency=shown,
        may_ask=can_ask_payout(actor),
        supplier=supplier_money(actor.company_id),
        registrations=registrations(actor.company_id),
        credits=credits_of(actor.company_id),
        may_return_credit=can_spend_credit(actor, actor.company_id),
    )


def first_to_show(balances: Sequence[CurrencyBalance]) -> str:
    """The currency there is something to say about: money of theirs, else money under way or held, else the first."""
    for line in balances:
        if line.available.is_positive:
            return line.currency
    moving = (line.currency for line in balances if line.under_way.is_positive or line.held.is_positive)
    return next(moving, balances[0].currency if balances else "")


def payout_page(ref: str, actor: Actor, *, at_desk: bool) -> PayoutPage:
    """One payout. Raises `PayoutNotFound` for another company's."""
    rows = Payout.objects.visible_to(actor).filter(ref=ref).select_related("company")
    row = rows.first() if at_desk else rows.filter(company_id=actor.company_id or 0).first()
    if row is None:
        raise PayoutNotFound
    approvals = list(row.approvals.order_by("pk"))
    steps = [
        StepLine(
            step.at, str(PayoutState(step.to_state).label), who(step.actor, step.actor_label), step.reason
        )
        for step in row.transitions.order_by("pk")
    ]
    return PayoutPage(
        line=payout_line(row),
        destination={name: value for name, value in row.destination.items() if value and name != "provider"},
        bank_reference=row.bank_reference,
        returned=Money(row.returned_minor, row.currency) if row.returned_minor else None,
        steps=tuple(sorted(steps, key=lambda step: step.at)),
        may_judge=at_desk and can_judge_payout(actor, row),
        gave_first=any(approval.user_id == actor.user_id for approval in approvals),
        is_manual=row.provider == "bank_transfer",
        may_take_back=(
            not at_desk
            and row.state == PayoutState.APPROVED
            and bool(row.waits_because)
            and can_ask_payout(actor)
        ),
    )


def payout_line(row: Payout) -> PayoutLine:
    """A payout for a list; needs `company` loaded."""
    return PayoutLine(
        ref=row.ref,
        company=row.company.legal_name,
        amount=row.amount,
        state=row.state,
        state_label=row.get_state_display(),
        tone=_TONES[PayoutState(row.state)],
        provider=row.provider,
        requested_at=row.requested_at,
        approvals_given=row.approvals_given,
        approvals_needed=row.approvals_needed,
        reason=row.refusal,
        waits_because=why_not_paid(row.company) if row.state == PayoutState.REQUESTED else row.waits_because,
        second_because=SecondApproval(row.second_because).label if row.second_because else "",
    )


def payouts_of_company(company_id: int) -> tuple[PayoutLine, ...]:
    """What is on its way to one company's bank, the longest asked for first. One statement."""
    rows = Payout.objects.filter(company_id=company_id, state__in=PAYOUT_UNDER_WAY).select_related("company")
    return tuple(payout_line(row) for row in rows.order_by("requested_at", "pk")[:3])


def payouts_under_way() -> tuple[PayoutLine, ...]:
    """Every payout that somebody has to do something about, oldest first."""
    rows = (
        Payout.objects.filter(state__in=PAYOUT_UNDER_WAY)
        .select_related("company")
        .order_by("requested_at", "pk")
    )
    return tuple(payout_line(row) for row in rows[:200])


def _held_for(company_id: int) -> dict[str, tuple[Money, Money]]:
    """Held, and frozen of it, per currency."""
    rows = Hold.objects.filter(order__supplier_id=company_id, state=HoldState.HELD).values_list("currency")
    sums = rows.annotate(Sum("held_minor"), Sum("frozen_minor")).order_by("currency")
    return {
        currency: (Money(int(held), currency), Money(int(frozen), currency))
        for currency, held, frozen in sums
    }


def _account_text(account: PayoutAccount | None) -> str:
    if account is None:
        return ""
    return (
        f"{account.bank_name} …{account.account_number[-4:]}" if account.account_number else account.provider
    )


def _statement(company_ref: str, currency: str) -> tuple[StatementLine, ...]:
    lines = books.statement(company_ref, currency, kinds=[AccountKind.SUPPLIER_PAYABLE], limit=LINES)
    order_of = dict(
        Hold.objects.filter(ref__in=[line.subject for line in lines]).values_list("ref", "order__ref")
    )
    order_of |= dict(
        ChargebackCase.objects.filter(ref__in=[line.subject for line in lines]).values_list(
            "ref", "order__ref"
        )
    )
    return tuple(
        StatementLine(
            at=line.at,
            label=_LABELS.get(line.transaction_kind, line.transaction_kind),
            subject=order_of.get(line.subject, line.subject),
            amount=line.amount,
            balance_after=line.balance_after,
        )
        for line in lines
    )
