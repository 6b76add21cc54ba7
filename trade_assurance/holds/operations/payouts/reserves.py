"""What a finance officer decides about a supplier's money: a reserve, and a debt the marketplace bears itself."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from marketplace.accounts.models import Company
from marketplace.core.actors import Actor
from marketplace.core.errors import Rejected
from marketplace.core.idempotency import lock_key, remember, replayed
from marketplace.core.money import Money
from marketplace.core.outbox import emit
from trade_assurance.holds.errors import (
    NothingOwed,
    NotYourStep,
    OwnCompanysMoney,
    ReasonMissing,
    SecondApprovalBySamePerson,
    SupplierNotFound,
)
from trade_assurance.holds.models import (
    ChargebackCase,
    ReserveChange,
    SupplierAccount,
    SupplierDebt,
    WriteOff,
)
from trade_assurance.holds.operations.payouts.supplier_money import Cause, account_for, write_down
from trade_assurance.holds.rules import MARKETPLACE
from trade_assurance.holds.states import CaseState, DebtStep
from trade_assurance.ledger import operations as ledger
from trade_assurance.ledger.operations import credit, debit
from trade_assurance.ledger.states import AccountKind
from trade_assurance.payments.queries import needs_two_persons

FINANCE = "finance"
MOST_DAYS = 365


@transaction.atomic
def set_reserve(
    *,
    company_ref: str,
    bps: int,
    days: int,
    from_at: datetime,
    reason: str,
    actor: Actor,
    key: str,
    at: datetime,
) -> None:
    """Keep back `bps` of what each release from `from_at` on brings a supplier, for `days`; 0 ends it.

    What is kept already stays until its own day. The supplier is told with the reason.
    Raises `NotYourStep` without the finance desk, `OwnCompanysMoney`, `SupplierNotFound`, `ReasonMissing`,
    `Rejected` for a share above all or no days.
    """
    lock_key(key)
    content = {"company": company_ref, "bps": bps, "days": days, "from": from_at, "reason": reason}
    if replayed(key=key, operation="set_reserve", content=content) is not None:
        return
    company = _demand_officer_for(company_ref, actor)
    if not 0 <= bps <= 10_000:
        raise Rejected(field="share")
    if bps and not 1 <= days <= MOST_DAYS:
        raise Rejected(field="days")
    why = _demand_reason(reason)
    account_for(company.pk)
    SupplierAccount.objects.filter(company=company).update(
        reserve_bps=bps, reserve_days=days if bps else 0, reserve_from=max(from_at, at) if bps else None
    )
    ReserveChange.objects.create(
        company=company,
        bps=bps,
        days=days if bps else 0,
        from_at=max(from_at, at),
        reason=why,
        set_by=actor.as_text,
        set_by_label=actor.label,
        set_at=at,
    )
    emit(
        kind="reserve_changed",
        subject=company.ref,
        payload={"company_id": company.pk, "bps": bps, "days": days, "reason": why},
        actor=actor,
        at=at,
    )
    remember(key=key, operation="set_reserve", content=content, result=company.ref, at=at)


@transaction.atomic
def write_off(*, subject: str, amount: Money, reason: str, actor: Actor, key: str, at: datetime) -> str:
    """The marketplace bears a supplier's debt (`debt_…`) or what is unexplained of a chargeback (`cbk_…`) itself.

    Above the limit of the currency it waits for a second officer. Returns "done" or "waits".
    Raises `NotYourStep`, `OwnCompanysMoney`, `ReasonMissing`, `NothingOwed` for more than there is.
    """
    lock_key(key)
    content = {"subject": subject, "amount": amount, "reason": reason, "actor": actor.as_text}
    if (first := replayed(key=key, operation="write_off", content=content)) is not None:
        return first
    company = _demand_officer_for(company_of_debt(subject), actor)
    why = _demand_reason(reason)
    account_for(company.pk)
    if not amount.is_positive or amount > open_amount(subject):
        raise NothingOwed(field="amount")
    if WriteOff.objects.filter(subject=subject, done_at__isnull=True).exists():
        raise NothingOwed
    row = WriteOff.objects.create(
        subject=subject,
        currency=amount.currency,
        amount_minor=amount.amount_minor,
        reason=why,
        first_by_id=actor.user_id or 0,
        first_by_label=actor.label,
        first_at=at,
        needs_second=needs_two_persons(amount),
    )
    if row.needs_second:
        emit(
            kind="write_off_asked",
            subject=subject,
            payload={"amount_minor": amount.amount_minor, "currency": amount.currency, "reason": why},
            actor=actor,
            at=at,
        )
    else:
        _carry_out(row, company, actor, at)
    result = "waits" if row.needs_second else "done"
    remember(key=key, operation="write_off", content=content, result=result, at=at)
    return result


@transaction.atomic
def approve_write_off(*, subject: str, actor: Actor, key: str, at: datetime) -> str:
    """The second officer's yes to a write-off: it is done.

    Raises `NotYourStep`, `OwnCompanysMoney`, `SecondApprovalBySamePerson`, `NothingOwed` when none waits or the
    debt has become smaller meanwhile.
    """
    lock_key(key)
    content = {"subject": subject, "actor": actor.as_text}
    if (first := replayed(key=key, operation="approve_write_off", content=content)) is not None:
        return first
    company = _demand_officer_for(company_of_debt(subject), actor)
    account_for(company.pk)
    row = WriteOff.objects.filter(subject=subject, done_at__isnull=True).lock().first()
    if row is None:
        raise NothingOwed
    if row.first_by_id == actor.user_id:
        raise SecondApprovalBySamePerson
    row.second_by_id, row.second_by_label = actor.user_id, actor.label
    row.save(update_fields=["second_by", "second_by_label"])
    _carry_out(row, company, actor, at)
    remember(key=key, operation="approve_write_off", content=content, result="done", at=at)
    return "done"


def _carry_out(row: WriteOff, company: Company, actor: Actor, at: datetime) -> None:
    amount = Money(row.amount_minor, row.currency)
    if amount > open_amount(row.subject):
        raise NothingOwed
    cause = Cause(row.ref, "", actor, at)
    debt = SupplierDebt.objects.filter(ref=row.subject).first()
    if debt is not None:
        write_down([debt], row.amount_minor, DebtStep.WRITTEN_OFF, cause, reason=row.reason)
        from_account = credit(AccountKind.SUPPLIER_DEBT, company.ref, amount)
    else:
        from_account = credit(AccountKind.SUSPENSE, row.subject, amount)
    ledger.post(
        kind="written_off",
        subject=row.subject,
        key=f"written_off:{row.ref}",
        entries=[debit(AccountKind.PLATFORM_LOSS, MARKETPLACE, amount), from_account],
        happened_at=at,
    )
    row.done_at = at
    row.save(update_fields=["done_at"])
    if debt is not None:
        emit(
            kind="supplier_debt_written_off",
            subject=row.subject,
            payload={"company_id": company.pk, "amount_minor": row.amount_minor, "currency": row.currency},
            actor=actor,
            at=at,
        )


def open_amount(subject: str) -> Money:
    """How much of a debt or of a chargeback's unexplained part is open. Raises `SupplierNotFound` for neither."""
    debt = SupplierDebt.objects.filter(ref=subject).first()
    if debt is not None:
        return debt.left
    case = ChargebackCase.objects.filter(ref=subject, state=CaseState.LOST).first()
    if case is None:
        raise SupplierNotFound
    gone = sum(
        WriteOff.objects.filter(subject=subject, done_at__isnull=False).values_list("amount_minor", flat=True)
    )
    return Money(case.unexplained_minor - gone, case.currency)


def company_of_debt(subject: str) -> str:
    """The reference of the supplier whom a debt or a chargeback concerns; empty for neither."""
    debt = SupplierDebt.objects.filter(ref=subject).values_list("company__ref", flat=True).first()
    case = ChargebackCase.objects.filter(ref=subject).values_list("order__supplier__ref", flat=True).first()
    return str(debt or case or "")


def _demand_officer_for(company_ref: str, actor: Actor) -> Company:
    if not actor.has_desk(FINANCE) or actor.user_id is None:
        raise NotYourStep
    company = Company.objects.filter(ref=company_ref).first()
    if company is None:
        raise SupplierNotFound
    if company.pk in actor.member_of:
        raise OwnCompanysMoney
    return company


def _demand_reason(reason: str) -> str:
    if not reason.strip():
        raise ReasonMissing(field="reason")
    return reason.strip()[:500]
