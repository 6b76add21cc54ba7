"""What undecided chargebacks may still cost a supplier, and that so much of their balance stands still meanwhile.

Runs in the caller's transaction, after the holds are locked.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Sum

from marketplace.accounts.models import Company
from marketplace.core.actors import Actor
from marketplace.core.money import Money
from trade_assurance.holds.models import ChargebackCase, ChargebackPart, Hold
from trade_assurance.holds.operations.chargebacks.lost_again import had_by
from trade_assurance.holds.operations.payouts.supplier_money import (
    Cause,
    account_for,
    keep_for_chargeback,
    locked_account,
)
from trade_assurance.holds.rules import Standing, loss_of
from trade_assurance.holds.states import CaseState


def secure(supplier: Company, currency: str, cause: Cause) -> None:
    """Keep the supplier's balance still, as far as undecided chargebacks ask for money that was released already."""
    account_for(supplier.pk)
    wanted = exposure_of(supplier.pk, currency)
    if wanted.is_positive:
        keep_for_chargeback(supplier, wanted, cause)


def secure_again(supplier: Company, currency: str, *, at: datetime) -> None:
    """The same after money came, for the few suppliers who have an undecided chargeback; one statement for others."""
    if locked_account(supplier.pk) is None:
        return
    case = (
        ChargebackCase.objects.filter(order__supplier_id=supplier.pk, currency=currency, state=CaseState.OPEN)
        .select_related("order")
        .order_by("pk")
        .last()
    )
    if case is not None:
        secure(supplier, currency, Cause(case.ref, case.order.ref, Actor.system("chargeback"), at))


def exposure_of(supplier_id: int, currency: str) -> Money:
    """What a supplier would have to give if all undecided chargebacks were lost now."""
    rows = ChargebackPart.objects.filter(
        case__state=CaseState.OPEN, case__currency=currency, hold__order__supplier_id=supplier_id
    )
    targets = rows.values_list("hold_id").annotate(Sum("target_minor")).order_by("hold_id")
    wanted = dict(targets)
    total = 0
    for hold in Hold.objects.filter(pk__in=wanted):
        there = Standing(
            held_minor=hold.held_minor,
            frozen_minor=hold.frozen_minor,
            own_frozen_minor=0,
            others_frozen_minor=0,
            released_minor=hold.released_minor,
            commission_minor=hold.commission_minor,
            commission_bps=hold.commission_bps,
        )
        amount = min(wanted[hold.pk], hold.held_minor + hold.released_minor)
        total += loss_of(amount, there).from_supplier_minor
    return Money(total + _had_again(supplier_id, currency), currency)


def _had_again(supplier_id: int, currency: str) -> int:
    """What the supplier got back of lost chargebacks that were won and are open once more."""
    cases = ChargebackCase.objects.filter(
        state=CaseState.OPEN, currency=currency, order__supplier_id=supplier_id
    )
    return sum(had_by(case).supplier_minor for case in cases if case.has_been_lost)
