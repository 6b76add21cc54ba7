"""Suppliers at the finance desk: whose money is kept back, who owes, and what was set for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from marketplace.accounts.models import Company
from marketplace.core.actors import Actor
from marketplace.core.money import Money
from orders.queries import who
from trade_assurance.holds.errors import SupplierNotFound
from trade_assurance.holds.models import ReserveChange, SupplierAccount, SupplierDebt
from trade_assurance.holds.queries.payouts.balance import CurrencyBalance, balances_of_company
from trade_assurance.holds.queries.payouts.supplier_money import (
    LINES,
    SupplierMoney,
    share_text,
    supplier_money,
)


@dataclass(frozen=True, slots=True)
class ReserveLine:
    """One setting of the reserve."""

    at: datetime
    share: str
    days: int
    reason: str
    who: str


@dataclass(frozen=True, slots=True)
class SupplierDeskPage:
    """One supplier's money at the finance desk."""

    ref: str
    name: str
    country: str
    balances: tuple[CurrencyBalance, ...]
    money: SupplierMoney
    history: tuple[ReserveLine, ...]
    may_set: bool


@dataclass(frozen=True, slots=True)
class SupplierLine:
    """A supplier in the desk's list."""

    ref: str
    name: str
    country: str
    reserve: str
    owes: tuple[Money, ...]


def supplier_desk_page(ref: str, actor: Actor) -> SupplierDeskPage:
    """One supplier's money. Raises `SupplierNotFound`."""
    company = Company.objects.filter(ref=ref).first()
    if company is None:
        raise SupplierNotFound
    history = ReserveChange.objects.filter(company=company).order_by("-pk")[:LINES]
    return SupplierDeskPage(
        ref=company.ref,
        name=company.legal_name,
        country=company.country,
        balances=balances_of_company(company.pk),
        money=supplier_money(company.pk),
        history=tuple(
            ReserveLine(
                row.set_at, share_text(row.bps), row.days, row.reason, who(row.set_by, row.set_by_label)
            )
            for row in history
        ),
        may_set=company.pk not in actor.member_of,
    )


def supplier_list(text: str) -> tuple[SupplierLine, ...]:
    """Suppliers found by name, or those with a reserve or a debt; two statements."""
    owing = SupplierDebt.objects.filter(ended_at__isnull=True)
    watched = SupplierAccount.objects.filter(reserve_bps__gt=0).values("company_id")
    rows = Company.objects.all()
    if text.strip():
        rows = rows.filter(Q(legal_name__icontains=text.strip()) | Q(ref=text.strip()))
    else:
        rows = rows.filter(Q(pk__in=owing.values("company_id")) | Q(pk__in=watched))
    found = list(rows.order_by("legal_name", "pk")[:LINES])
    debts: dict[int, dict[str, int]] = {}
    for debt in owing.filter(company__in=found):
        sums = debts.setdefault(debt.company_id, {})
        sums[debt.currency] = sums.get(debt.currency, 0) + debt.left_minor
    accounts = {row.company_id: row for row in SupplierAccount.objects.filter(company__in=found)}
    return tuple(
        SupplierLine(
            row.ref,
            row.legal_name,
            row.country,
            share_text(accounts[row.pk].reserve_bps)
            if row.pk in accounts and accounts[row.pk].reserve_bps
            else "",
            tuple(Money(minor, currency) for currency, minor in sorted(debts.get(row.pk, {}).items())),
        )
        for row in found
    )
