"""A supplier's debts, reserve and registrations, as the supplier's own balance page and the finance desk show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from marketplace.core.actors import Actor
from marketplace.core.errors import Text
from marketplace.core.money import Money
from trade_assurance.holds.errors import NotYourStep, SupplierNotFound
from trade_assurance.holds.models import (
    KeptBack,
    SupplierAccount,
    SupplierDebt,
    WriteOff,
)
from trade_assurance.holds.policies import can_ask_payout
from trade_assurance.holds.states import KeptFor
from trade_assurance.payments.models import Registration
from trade_assurance.payments.queries import pay_out_choices, registers_suppliers

LINES = 50


@dataclass(frozen=True, slots=True)
class DebtLine:
    """What is owed, why, and how it became smaller."""

    ref: str
    order_ref: str
    cause: str
    amount: Money
    paid: Money
    written_off: Money
    left: Money
    arose_at: datetime
    is_open: bool
    write_off_waits: str


@dataclass(frozen=True, slots=True)
class KeptLine:
    """What is kept back, why, and until when (None: until a bank has decided)."""

    order_ref: str
    why: str
    left: Money
    kept_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class SupplierMoney:
    """What a supplier owes and what is kept back from them."""

    debts: tuple[DebtLine, ...]
    kept: tuple[KeptLine, ...]
    reserve_share: str
    reserve_days: int

    @property
    def is_empty(self) -> bool:
        return not (self.debts or self.kept or self.reserve_share)


@dataclass(frozen=True, slots=True)
class RegistrationPage:
    """A company's registration with one rail: whether it can be paid, and what is missing."""

    provider: str
    label: Text
    explanation: Text
    is_started: bool
    can_receive: bool
    missing: tuple[str, ...]
    reason: str
    read_at: datetime | None
    may_go_on: bool


@dataclass(frozen=True, slots=True)
class RegistrationLine:
    """A rail that registers suppliers, for the list on the balance page."""

    provider: str
    label: Text
    can_receive: bool
    is_started: bool


def supplier_money(company_id: int) -> SupplierMoney:
    """Debts (open ones first) and what is kept back; four statements."""
    debts = SupplierDebt.objects.filter(company_id=company_id).order_by("ended_at", "-pk")[:LINES]
    waiting = dict(WriteOff.objects.filter(done_at__isnull=True).values_list("subject", "first_by_label"))
    kept = KeptBack.objects.filter(company_id=company_id, ended_at__isnull=True).order_by("ends_at", "pk")
    account = SupplierAccount.objects.filter(company_id=company_id).first()
    lines = sorted((_debt(row, waiting.get(row.ref, "")) for row in debts), key=lambda line: not line.is_open)
    return SupplierMoney(
        debts=tuple(lines),
        kept=tuple(_kept(row) for row in kept[:LINES]),
        reserve_share=share_text(account.reserve_bps) if account and account.reserve_bps else "",
        reserve_days=account.reserve_days if account else 0,
    )


def registrations(company_id: int) -> tuple[RegistrationLine, ...]:
    """The rails here that register suppliers, with the company's state; one statement."""
    rows = {row.provider: row for row in Registration.objects.filter(company_id=company_id)}
    return tuple(
        RegistrationLine(
            choice.name,
            choice.label,
            choice.name in rows and rows[choice.name].can_receive,
            choice.name in rows,
        )
        for choice in pay_out_choices()
        if registers_suppliers(choice.name)
    )


def registration_page(provider: str, actor: Actor) -> RegistrationPage:
    """One registration of the acting company. Raises `NotYourStep`, `SupplierNotFound` for a rail without."""
    if not can_ask_payout(actor):
        raise NotYourStep
    choices = {choice.name: choice for choice in pay_out_choices()}
    if provider not in choices or not registers_suppliers(provider):
        raise SupplierNotFound
    row = Registration.objects.filter(company_id=actor.company_id or 0, provider=provider).first()
    return RegistrationPage(
        provider=provider,
        label=choices[provider].label,
        explanation=choices[provider].explanation,
        is_started=row is not None and bool(row.account_ref),
        can_receive=row is not None and row.can_receive,
        missing=tuple(row.missing) if row else (),
        reason=row.reason if row else "",
        read_at=row.read_at if row else None,
        may_go_on=row is None or not row.can_receive or bool(row.missing),
    )


def _debt(row: SupplierDebt, waits: str) -> DebtLine:
    return DebtLine(
        ref=row.ref,
        order_ref=row.order_ref,
        cause=_("A payment was charged back after its money had been released"),
        amount=Money(row.amount_minor, row.currency),
        paid=Money(row.paid_minor, row.currency),
        written_off=Money(row.written_off_minor, row.currency),
        left=row.left,
        arose_at=row.arose_at,
        is_open=row.ended_at is None,
        write_off_waits=waits,
    )


def _kept(row: KeptBack) -> KeptLine:
    why = (
        _("Reserve")
        if row.kept_for == KeptFor.RESERVE
        else _("The buyer's bank has not decided about a chargeback")
    )
    return KeptLine(row.order_ref, why, Money(row.left_minor, row.currency), row.kept_at, row.ends_at)


def share_text(bps: int) -> str:
    """Basis points as people read them."""
    return f"{bps / 100:g} %"
