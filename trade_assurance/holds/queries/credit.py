"""What a buyer has kept as credit, per currency."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import F, Sum

from marketplace.core.money import Money
from trade_assurance.holds.models import ChargebackCase, Credit
from trade_assurance.holds.states import CaseState


@dataclass(frozen=True, slots=True)
class CreditLine:
    """One currency's credit of a company."""

    currency: str
    left: Money


def credits_of(company_id: int | None) -> tuple[CreditLine, ...]:
    """All credit of a company that can be used now (not while a payer's bank asks for it); one statement."""
    rows = (
        Credit.objects.of_company(company_id or 0)
        .with_something_left()
        .exclude(payment_ref__in=ChargebackCase.objects.filter(state=CaseState.OPEN).values("payment_ref"))
        .values("currency")
        .annotate(there=Sum(F("amount_minor") - F("used_minor") - F("returned_minor") - F("taken_minor")))
        .order_by("currency")
    )
    return tuple(CreditLine(row["currency"], Money(row["there"], row["currency"])) for row in rows)


def credit_of(company_id: int, currency: str) -> Money:
    """The credit of one currency."""
    found = (line.left for line in credits_of(company_id) if line.currency == currency)
    return next(found, Money.zero(currency))
