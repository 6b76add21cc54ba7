"""What a supplier is credited and what is taken from them: debts, what is kept back, and the balance.

The one door through which every release credits a supplier. Runs in the caller's transaction. Lock order:
Order → Hold → the supplier's account row → ledger accounts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from marketplace.accounts.models import Company
from marketplace.core.actors import Actor
from marketplace.core.deadlines import close_deadline, open_deadline
from marketplace.core.ids import new_ref
from marketplace.core.money import Money
from marketplace.core.outbox import emit
from trade_assurance.holds.models import DebtPayment, KeptBack, SupplierAccount, SupplierDebt
from trade_assurance.holds.rules import Drawn, credited, drawn_from, oldest_first
from trade_assurance.holds.states import DebtStep, KeptFor
from trade_assurance.ledger import operations as ledger
from trade_assurance.ledger import queries as books
from trade_assurance.ledger.operations import EntrySpec, credit, debit
from trade_assurance.ledger.states import AccountKind

RESERVE_ENDS = "reserve_ends"


@dataclass(frozen=True, slots=True)
class Cause:
    """Why money comes to or from a supplier: the hold, payout or chargeback it is about, and its order."""

    subject: str
    order_ref: str
    actor: Actor
    at: datetime


@dataclass(frozen=True, slots=True)
class SupplierCredit:
    """The entries of a credit; `watched` when the supplier has an account here, so that more may have to be done."""

    entries: tuple[EntrySpec, ...]
    watched: bool


class Seen:
    """A supplier's account row as a transaction saw it first: looked for, and locked, once.

    Most suppliers have none. If the first one is made while a transaction has credited the supplier already, that
    transaction must not wait for it: whoever made it may wait for the ledger's account that is locked here. What it
    credits then counts as credited before; debts are paid and chargebacks secured by the next step.
    """

    __slots__ = ("_account", "_looked")

    def __init__(self) -> None:
        self._account: SupplierAccount | None = None
        self._looked = False

    def account(self, company_id: int) -> SupplierAccount | None:
        """The row, locked until the transaction ends, or None."""
        if not self._looked:
            self._account, self._looked = locked_account(company_id), True
        return self._account


def credit_supplier(
    supplier: Company,
    amount: Money,
    cause: Cause,
    *,
    keeps_reserve: bool = True,
    seen: Seen | None = None,
) -> SupplierCredit:
    """The entries that credit a supplier with `amount`, for the caller's one posting.

    Pays what the supplier owes in this currency first, the oldest debt first; then keeps the reserve back that
    an officer has set (with a deadline that lets it go); the rest goes to the balance. Writes why of each.
    A supplier without debt and reserve costs one statement, and with `seen` one in all of a transaction.
    """
    account = (seen or Seen()).account(supplier.pk)
    if account is None or not amount.is_positive:
        plain = credit(AccountKind.SUPPLIER_PAYABLE, supplier.ref, amount)
        return SupplierCredit((plain,), watched=account is not None)
    debts = open_debts(supplier.pk, amount.currency)
    sets_aside = keeps_reserve and account.reserve_from is not None and account.reserve_from <= cause.at
    parts = credited(
        amount.amount_minor,
        owed_minor=sum(debt.left_minor for debt in debts),
        reserve_bps=account.reserve_bps if sets_aside else 0,
    )
    _pay_debts(debts, parts.debt_minor, cause)
    reserve = Money(parts.reserve_minor, amount.currency)
    if reserve.is_positive:
        _keep_reserve(supplier, reserve, account.reserve_days, cause)
    entries = (
        credit(AccountKind.SUPPLIER_DEBT, supplier.ref, Money(parts.debt_minor, amount.currency)),
        credit(AccountKind.SUPPLIER_RESERVE, supplier.ref, reserve),
        credit(AccountKind.SUPPLIER_PAYABLE, supplier.ref, Money(parts.balance_minor, amount.currency)),
    )
    return SupplierCredit(entries, watched=True)


def take_from_supplier(supplier: Company, amount: Money, cause: Cause) -> tuple[list[EntrySpec], Drawn]:
    """The entries that take `amount` from a supplier: the reserve (what ends first), what was kept for this cause,
    the balance, and what is missing as a debt with its cause. Told as `supplier_owes`.
    """
    if not amount.is_positive:
        return [], Drawn(0, 0, 0)
    account_for(supplier.pk)
    kept = _kept(supplier.pk, amount.currency, cause.subject)
    balance = books.balance(AccountKind.SUPPLIER_PAYABLE, supplier.ref, amount.currency)
    drawn = drawn_from(
        amount.amount_minor,
        kept_minor=sum(row.left_minor for row in kept),
        balance_minor=balance.amount_minor,
    )
    _give(kept, drawn.kept_minor, "taken_minor", cause.at)
    if drawn.debt_minor:
        _owe(supplier, Money(drawn.debt_minor, amount.currency), cause)
    currency = amount.currency
    return [
        debit(AccountKind.SUPPLIER_RESERVE, supplier.ref, Money(drawn.kept_minor, currency)),
        debit(AccountKind.SUPPLIER_PAYABLE, supplier.ref, Money(drawn.balance_minor, currency)),
        debit(AccountKind.SUPPLIER_DEBT, supplier.ref, Money(drawn.debt_minor, currency)),
    ], drawn


def keep_for_chargeback(supplier: Company, wanted: Money, cause: Cause) -> Money:
    """Keep a supplier's balance still until `wanted` is there for all chargebacks that are not decided; how much.

    No payout can take it meanwhile. All that is kept already counts, also as reserve.
    """
    account_for(supplier.pk)
    kept = kept_in_all(supplier.pk, wanted.currency)
    balance = books.balance(AccountKind.SUPPLIER_PAYABLE, supplier.ref, wanted.currency).amount_minor
    amount = Money(max(min(wanted.amount_minor - kept, balance), 0), wanted.currency)
    if not amount.is_positive:
        return amount
    row = KeptBack.objects.create(
        company=supplier,
        currency=amount.currency,
        kept_for=KeptFor.CHARGEBACK,
        subject=cause.subject,
        order_ref=cause.order_ref,
        amount_minor=amount.amount_minor,
        kept_at=cause.at,
    )
    ledger.post(
        kind="kept_back",
        subject=cause.subject,
        key=f"kept:{row.ref}",
        entries=[
            debit(AccountKind.SUPPLIER_PAYABLE, supplier.ref, amount),
            credit(AccountKind.SUPPLIER_RESERVE, supplier.ref, amount),
        ],
        happened_at=cause.at,
    )
    return amount


def let_go(supplier: Company, rows: Sequence[KeptBack], cause: Cause) -> None:
    """What was kept back goes to the supplier's balance, less what the supplier owes meanwhile."""
    rows = [row for row in rows if row.left_minor > 0]
    for row in rows:
        amount = Money(row.left_minor, row.currency)
        entries = credit_supplier(supplier, amount, cause, keeps_reserve=False).entries
        ledger.post(
            kind="kept_back_returned",
            subject=row.subject,
            key=f"kept:{row.ref}:returned",
            entries=[debit(AccountKind.SUPPLIER_RESERVE, supplier.ref, amount), *entries],
            happened_at=cause.at,
        )
        _give([row], row.left_minor, "returned_minor", cause.at)
        emit(
            kind="kept_back_returned",
            subject=row.ref,
            payload={
                "company_id": supplier.pk,
                "amount_minor": amount.amount_minor,
                "currency": amount.currency,
            },
            actor=cause.actor,
            at=cause.at,
        )


def kept_in_all(company_id: int, currency: str) -> int:
    """What is kept back from a supplier now, for whatever reason, in minor units."""
    rows = KeptBack.objects.filter(company_id=company_id, currency=currency, ended_at__isnull=True)
    return sum(row.left_minor for row in rows)


def kept_for(chargeback_ref: str) -> list[KeptBack]:
    """What is kept back of a supplier's balance for one chargeback, locked."""
    return list(
        KeptBack.objects.filter(
            kept_for=KeptFor.CHARGEBACK, subject=chargeback_ref, ended_at__isnull=True
        ).lock()
    )


def net_debts(supplier: Company, currency: str, cause: Cause) -> None:
    """Pay what the supplier owes out of a balance that is there: both can only be while two things happen at once."""
    if locked_account(supplier.pk) is None:
        return
    debts = open_debts(supplier.pk, currency)
    balance = books.balance(AccountKind.SUPPLIER_PAYABLE, supplier.ref, currency).amount_minor
    amount = Money(min(balance, sum(debt.left_minor for debt in debts)), currency)
    if not amount.is_positive:
        return
    _pay_debts(debts, amount.amount_minor, cause)
    ledger.post(
        kind="debt_netted",
        subject=cause.subject,
        key=f"netted:{new_ref('net')}",
        entries=[
            debit(AccountKind.SUPPLIER_PAYABLE, supplier.ref, amount),
            credit(AccountKind.SUPPLIER_DEBT, supplier.ref, amount),
        ],
        happened_at=cause.at,
    )


@transaction.atomic
def reserve_ends(*, kept_ref: str, at: datetime) -> None:
    """The days of a reserve are over: what is left of it goes to the supplier's balance. By the deadline."""
    row = KeptBack.objects.filter(ref=kept_ref).select_related("company").get()
    account_for(row.company_id)
    row = KeptBack.objects.filter(pk=row.pk).select_related("company").lock().get()
    let_go(row.company, [row], Cause(row.subject, row.order_ref, Actor.system("reserve"), at))


def open_debts(company_id: int, currency: str) -> list[SupplierDebt]:
    """What a supplier owes in a currency, the oldest first, locked with the account's row."""
    return list(
        SupplierDebt.objects.filter(company_id=company_id, currency=currency, ended_at__isnull=True).order_by(
            "pk"
        )
    )


def locked_account(company_id: int) -> SupplierAccount | None:
    """The supplier's account row, locked until the transaction ends; None for the many who have none."""
    return SupplierAccount.objects.filter(company_id=company_id).lock().first()


def account_for(company_id: int) -> SupplierAccount:
    """The same, made when there is none."""
    SupplierAccount.objects.get_or_create(company_id=company_id)
    return SupplierAccount.objects.filter(company_id=company_id).lock().get()


def write_down(
    debts: Sequence[SupplierDebt],
    amount_minor: int,
    step: DebtStep,
    cause: Cause,
    *,
    reason: str = "",
) -> None:
    """Make debts smaller by `amount_minor`, the first ones in full, each with a line that says how."""
    field = "paid_minor" if step == DebtStep.NETTED else "written_off_minor"
    for debt, part in zip(
        debts, oldest_first(amount_minor, [debt.left_minor for debt in debts]), strict=True
    ):
        if not part:
            continue
        setattr(debt, field, getattr(debt, field) + part)
        debt.ended_at = cause.at if debt.left_minor == 0 else None
        debt.save(update_fields=[field, "ended_at"])
        DebtPayment.objects.create(
            debt=debt,
            step=step,
            amount_minor=part,
            cause=cause.subject,
            reason=reason,
            actor=cause.actor.as_text,
            actor_label=cause.actor.label,
            at=cause.at,
        )


def _pay_debts(debts: Sequence[SupplierDebt], amount_minor: int, cause: Cause) -> None:
    if not amount_minor:
        return
    write_down(debts, amount_minor, DebtStep.NETTED, cause)
    emit(
        kind="supplier_debt_netted",
        subject=cause.subject,
        root=cause.order_ref,
        payload={
            "company_id": debts[0].company_id,
            "amount_minor": amount_minor,
            "currency": debts[0].currency,
        },
        actor=cause.actor,
        at=cause.at,
    )


def _keep_reserve(supplier: Company, amount: Money, days: int, cause: Cause) -> None:
    row = KeptBack.objects.create(
        company=supplier,
        currency=amount.currency,
        kept_for=KeptFor.RESERVE,
        subject=cause.subject,
        order_ref=cause.order_ref,
        amount_minor=amount.amount_minor,
        kept_at=cause.at,
        ends_at=cause.at + timedelta(days=days),
    )
    open_deadline(
        kind=RESERVE_ENDS,
        subject=row.ref,
        root=row.ref,
        started_at=cause.at,
        due_at=row.ends_at or cause.at,
        rule="supplier.reserve_days",
    )


def _kept(company_id: int, currency: str, chargeback_ref: str) -> list[KeptBack]:
    """What may be used for a cause: the reserve, what ends first at the front, then what is kept for it."""
    rows = KeptBack.objects.filter(company_id=company_id, currency=currency, ended_at__isnull=True).lock()
    own = [row for row in rows if row.kept_for == KeptFor.CHARGEBACK and row.subject == chargeback_ref]
    reserve = [row for row in rows if row.kept_for == KeptFor.RESERVE]
    return sorted(reserve, key=lambda row: (row.ends_at or row.kept_at, row.pk)) + own


def _give(rows: Sequence[KeptBack], amount_minor: int, field: str, at: datetime) -> None:
    for row, part in zip(rows, oldest_first(amount_minor, [row.left_minor for row in rows]), strict=True):
        if not part:
            continue
        setattr(row, field, getattr(row, field) + part)
        row.ended_at = at if row.left_minor == 0 else None
        row.save(update_fields=[field, "ended_at"])
        if row.ended_at is not None and row.kept_for == KeptFor.RESERVE:
            close_deadline(kind=RESERVE_ENDS, subject=row.ref, outcome="used", at=at)


def _owe(supplier: Company, amount: Money, cause: Cause) -> None:
    debt = SupplierDebt.objects.create(
        company=supplier,
        currency=amount.currency,
        cause=cause.subject,
        order_ref=cause.order_ref,
        amount_minor=amount.amount_minor,
        arose_at=cause.at,
    )
    emit(
        kind="supplier_owes",
        subject=debt.ref,
        root=cause.order_ref,
        payload={
            "company_id": supplier.pk,
            "amount_minor": amount.amount_minor,
            "currency": amount.currency,
            "cause": cause.subject,
        },
        actor=cause.actor,
        at=cause.at,
    )
