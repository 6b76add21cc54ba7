"""What a supplier is owed → their bank: request, approval by officers, sending. What came of it is `ends`.

The money leaves the supplier's balance when it is asked for, so it cannot be asked for twice; it comes
back when the payout is rejected or fails.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from marketplace.accounts.models import Company
from marketplace.core.actors import Actor
from marketplace.core.errors import IllegalTransition
from marketplace.core.idempotency import lock_key, remember, replayed
from marketplace.core.money import Money
from marketplace.core.operator_settings import integer_of
from marketplace.core.outbox import emit
from trade_assurance.holds.errors import (
    AmountNotPositive,
    NoPayoutAccount,
    NotYourStep,
    OwnCompanysMoney,
    PayoutAboveBalance,
    PayoutDoesNotWait,
    PayoutNotFound,
    PayoutWaitsForVerification,
    ReasonMissing,
    SecondApprovalBySamePerson,
)
from trade_assurance.holds.models import Payout, PayoutAccount, PayoutApproval
from trade_assurance.holds.operations.chargebacks.exposure import secure_again
from trade_assurance.holds.operations.payouts.parts import send_parts
from trade_assurance.holds.operations.payouts.supplier_money import Cause, net_debts
from trade_assurance.holds.operations.trades.trade import demand
from trade_assurance.holds.policies import asked_for, can_ask_payout, why_not_paid
from trade_assurance.holds.rules import changed_lately
from trade_assurance.holds.states import PayoutState, SecondApproval
from trade_assurance.ledger import operations as ledger
from trade_assurance.ledger import queries as books
from trade_assurance.ledger.operations import credit, debit
from trade_assurance.ledger.states import AccountKind
from trade_assurance.payments import operations as payments
from trade_assurance.payments.models import Registration
from trade_assurance.payments.queries import needs_two_persons, pays_per_payment

CHANGED_ACCOUNT_DAYS = "payouts.changed_account_days"
FINANCE = "finance"


@transaction.atomic
def request_payout(*, amount: Money, actor: Actor, key: str, at: datetime) -> str:
    """Send `amount` of the acting company's balance to its bank, after approval. Returns the payout's reference.

    Books it out of the balance at once. Needs two approvals above the operator's limit for the currency, or
    when the account it goes to was changed lately; one otherwise.
    Raises `NotYourStep` (not owner or finance), `AmountNotPositive`, `NoPayoutAccount`, `PayoutAboveBalance`.
    """
    lock_key(key)
    content = {"amount": amount, "actor": actor.as_text}
    if (first := replayed(key=key, operation="request_payout", content=content)) is not None:
        return first
    demand(can_ask_payout(actor))
    if not amount.is_positive:
        raise AmountNotPositive(field="amount")
    # The company's account row serialises its requests, so the balance read below is the balance booked from.
    account = (
        PayoutAccount.objects.filter(company_id=actor.company_id or 0, currency=amount.currency)
        .select_related("company")
        .lock()
        .first()
    )
    if account is None:
        raise NoPayoutAccount(currency=amount.currency)
    cause = Cause(account.company.ref, "", actor, at)
    net_debts(account.company, amount.currency, cause)
    secure_again(account.company, amount.currency, at=at)
    _demand_balance(account.company, amount)
    payout = _create(account, amount, actor=actor, key=key, at=at)
    book(payout, account.company, back=False, at=at)
    tell(payout, "payout_requested", actor=actor, at=at)
    remember(key=key, operation="request_payout", content=content, result=payout.ref, at=at)
    return payout.ref


@transaction.atomic
def approve_payout(*, payout_ref: str, actor: Actor, key: str, at: datetime) -> str:
    """A finance officer's yes. The last needed one approves the payout, which is then sent by itself.

    Returns the payout's state. Raises `PayoutNotFound`, `OwnCompanysMoney`, `SecondApprovalBySamePerson`,
    `IllegalTransition` when it waits for no approval, `PayoutWaitsForVerification`.
    """
    payout = _locked(payout_ref, actor)
    content = {"payout": payout_ref, "actor": actor.as_text}
    if (first := replayed(key=key, operation="approve_payout", content=content)) is not None:
        return first
    officer_id = _demand_officer(payout, actor)
    if payout.state != PayoutState.REQUESTED:
        raise IllegalTransition(state=payout.get_state_display(), wanted=PayoutState.APPROVED)
    if why := why_not_paid(payout.company):
        raise PayoutWaitsForVerification(company=payout.company.legal_name, why=why)
    if PayoutApproval.objects.filter(payout=payout, user_id=officer_id).exists():
        raise SecondApprovalBySamePerson
    PayoutApproval.objects.create(payout=payout, user_id=officer_id, at=at, label=actor.label)
    given = payout.approvals_given + 1
    if given < payout.approvals_needed:
        Payout.objects.filter(pk=payout.pk).update(approvals_given=given)
        payout.approvals_given = given
        tell(payout, "payout_half_approved", actor=actor, at=at)
    else:
        payout.move_to(PayoutState.APPROVED, actor=actor, at=at, key=key, approvals_given=given)
        tell(payout, "payout_approved", actor=actor, at=at)
    remember(key=key, operation="approve_payout", content=content, result=payout.state, at=at)
    return payout.state


@transaction.atomic
def withdraw_payout(*, payout_ref: str, actor: Actor, key: str, at: datetime) -> str:
    """The supplier takes back a payout that waits because its rail cannot pay the company. The balance has it again.

    Returns the payout's state. Raises `PayoutNotFound`, `NotYourStep` (not owner or finance), `PayoutDoesNotWait`.
    """
    payout = _locked(payout_ref, actor)
    content = {"payout": payout_ref, "actor": actor.as_text}
    if (first := replayed(key=key, operation="withdraw_payout", content=content)) is not None:
        return first
    demand(actor.acts_for(payout.company_id) and can_ask_payout(actor))
    if payout.state != PayoutState.APPROVED or not payout.waits_because:
        raise PayoutDoesNotWait
    payout.move_to(PayoutState.WITHDRAWN, actor=actor, at=at, key=key, ended_at=at, waits_because="")
    book(payout, payout.company, back=True, at=at)
    tell(payout, "payout_withdrawn", actor=actor, at=at)
    remember(key=key, operation="withdraw_payout", content=content, result=payout.state, at=at)
    return payout.state


@transaction.atomic
def reject_payout(*, payout_ref: str, reason: str, actor: Actor, key: str, at: datetime) -> str:
    """A finance officer's no, with a reason the supplier reads. The money returns to the supplier's balance.

    Also for an approved payout that waits for a rail which cannot pay the company. Raises `PayoutNotFound`,
    `OwnCompanysMoney`, `ReasonMissing`, `IllegalTransition`.
    """
    payout = _locked(payout_ref, actor)
    content = {"payout": payout_ref, "reason": reason, "actor": actor.as_text}
    if (first := replayed(key=key, operation="reject_payout", content=content)) is not None:
        return first
    _demand_officer(payout, actor)
    if not reason.strip():
        raise ReasonMissing(field="reason")
    if payout.state == PayoutState.APPROVED and not payout.waits_because:
        raise IllegalTransition(state=payout.get_state_display(), wanted=PayoutState.REJECTED)
    why = reason.strip()
    payout.move_to(
        PayoutState.REJECTED,
        actor=actor,
        at=at,
        key=key,
        reason=why,
        refusal=why,
        ended_at=at,
        waits_because="",
    )
    book(payout, payout.company, back=True, at=at)
    tell(payout, "payout_rejected", actor=actor, at=at)
    remember(key=key, operation="reject_payout", content=content, result=payout.state, at=at)
    return payout.state


@transaction.atomic
def send_payout(*, payout_ref: str, at: datetime) -> None:
    """Hand an approved payout to its rail: an intent row; the provider is called after commit.

    A rail that pays out of certain payments gets one part for each. While the rail cannot pay the company, the
    payout waits with the reason; nothing is lost, and it goes by itself once the rail can.
    """
    actor = Actor.system("payout")
    payout = Payout.objects.filter(ref=payout_ref).select_related("company").lock().get()
    if payout.state in (PayoutState.WITHDRAWN, PayoutState.REJECTED):
        return  # taken back while it was about to go
    account = Registration.objects.filter(company_id=payout.company_id, provider=payout.provider).first()
    if payout.state == PayoutState.APPROVED and account is not None and not account.can_receive:
        because = account.reason or ", ".join(account.missing) or "registration"
        Payout.objects.filter(pk=payout.pk).update(waits_because=because[:300])
        tell(payout, "payout_waits", actor=actor, at=at, reason=because)
        return
    payout.move_to(PayoutState.SENT, actor=actor, at=at, sent_at=at, waits_because="")
    destination = payout.destination | ({"account": account.account_ref} if account else {})
    if pays_per_payment(payout.provider):
        send_parts(payout, destination, at=at)
    else:
        _start_whole(payout, destination, actor=actor, at=at)
    tell(payout, "payout_sent", actor=actor, at=at)


@transaction.atomic
def send_what_waited(*, company_id: int, provider: str, at: datetime) -> int:
    """The rail can pay the company (again): its payouts that waited go now; how many."""
    waiting = Payout.objects.filter(
        company_id=company_id, provider=provider, state=PayoutState.APPROVED
    ).exclude(waits_because="")
    refs = list(waiting.order_by("pk").values_list("ref", flat=True))
    for ref in refs:
        send_payout(payout_ref=ref, at=at)
    return len(refs)


def _start_whole(payout: Payout, destination: dict[str, str], *, actor: Actor, at: datetime) -> None:
    payments.start_payout(
        provider=payout.provider,
        subject=payout.ref,
        root=payout.ref,
        payee_company_id=payout.company_id,
        destination=destination,
        money=payout.amount,
        actor=actor,
        key=f"payout:{payout.ref}",
        at=at,
    )


def _demand_balance(company: Company, amount: Money) -> None:
    balance = books.balance(AccountKind.SUPPLIER_PAYABLE, company.ref, amount.currency)
    if amount > balance:
        raise PayoutAboveBalance(
            field="amount", currency=amount.currency, balance=f"{balance.as_decimal()} {amount.currency}"
        )


def _create(account: PayoutAccount, amount: Money, *, actor: Actor, key: str, at: datetime) -> Payout:
    second = _second_because(account, amount, at)
    payout = Payout.objects.create(
        company=account.company,
        currency=amount.currency,
        amount_minor=amount.amount_minor,
        provider=account.provider,
        destination=account.as_destination(),
        approvals_needed=2 if second else 1,
        second_because=second,
        requested_by=actor.as_text,
        requested_at=at,
    )
    payout.log_transition("", PayoutState.REQUESTED, actor=actor, at=at, key=key)
    return payout


def _second_because(account: PayoutAccount, amount: Money, at: datetime) -> str:
    if needs_two_persons(amount):
        return SecondApproval.AMOUNT
    if changed_lately(account.replaced_at, at, integer_of(CHANGED_ACCOUNT_DAYS)):
        return SecondApproval.ACCOUNT_CHANGED
    return ""


def book(payout: Payout, company: Company, *, back: bool, at: datetime) -> None:
    """Lower half: a payout leaves the supplier's balance, or comes `back` to it."""
    # INVARIANT: nobody is paid more than they are owed (enforced by ledger_balance_not_below_minimum)
    amount = payout.amount
    give, take = (
        (AccountKind.SUPPLIER_PAYABLE, AccountKind.PAYOUT_IN_TRANSIT)
        if back
        else (AccountKind.PAYOUT_IN_TRANSIT, AccountKind.SUPPLIER_PAYABLE)
    )
    ledger.post(
        kind="payout_returned" if back else "payout_requested",
        subject=payout.ref,
        key=f"payout:{payout.ref}:{'returned' if back else 'requested'}",
        entries=[debit(take, company.ref, amount), credit(give, company.ref, amount)],
        happened_at=at,
    )


def _locked(payout_ref: str, actor: Actor) -> Payout:
    payout = Payout.objects.visible_to(actor).filter(ref=payout_ref).select_related("company").lock().first()
    if payout is None:
        raise PayoutNotFound
    return payout


def _demand_officer(payout: Payout, actor: Actor) -> int:
    """The officer's own id, once it is sure that they may judge this payout."""
    if not actor.has_desk(FINANCE) or actor.user_id is None:
        raise NotYourStep
    if payout.company_id in actor.member_of or asked_for(actor, payout):
        raise OwnCompanysMoney
    return actor.user_id


def tell(
    payout: Payout, kind: str, *, actor: Actor, at: datetime, amount: Money | None = None, reason: str = ""
) -> None:
    """Lower half: the event that notices about a payout are made of."""
    told = payout.amount if amount is None else amount
    emit(
        kind=kind,
        subject=payout.ref,
        payload={
            "company_id": payout.company_id,
            "amount_minor": told.amount_minor,
            "currency": payout.currency,
            "reason": reason or payout.refusal,
        },
        actor=actor,
        at=at,
    )
