"""Where the money of an order is, as data for the bar, the legend and the list of movements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from marketplace.core.errors import Text
from marketplace.core.money import Money
from orders.models import Order
from orders.queries import paid_words, protected_words, who
from trade_assurance.holds.models import Freeze, Hold, HoldMovement
from trade_assurance.holds.states import HoldState, MovementKind


def companies_of(order_ref: str) -> frozenset[int]:
    """Ids of the two companies of an order; empty when there is no such order. For those who handle its money."""
    sides = Order.objects.filter(ref=order_ref).values_list("buyer_id", "supplier_id").first()
    return frozenset(sides or ())


@dataclass(frozen=True, slots=True)
class MoneyView:
    """All amounts of one order's holds; `held` includes `frozen`."""

    total: Money
    funded: Money
    held: Money
    frozen: Money
    free: Money
    released: Money
    refunded: Money
    charged_back: Money
    unpaid: Money
    commission: Money
    commission_bps: int

    @property
    def to_supplier(self) -> Money:
        """What the supplier got of what was released."""
        return self.released - self.commission

    @property
    def is_held(self) -> bool:
        return self.held.is_positive


@dataclass(frozen=True, slots=True)
class MovementLine:
    """One movement of the order's money; the commission is empty for the buyer's eyes."""

    at: datetime
    kind: str
    label: Text
    amount: Money
    commission: Money | None
    who: str


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """A claim on the order's money, by its dispute's reference."""

    ref: str
    amount: Money
    refunded: Money
    frozen_at: datetime
    lifted_at: datetime | None

    @property
    def is_open(self) -> bool:
        return self.lifted_at is None


@dataclass(frozen=True, slots=True)
class MilestoneLine:
    """One payment of the schedule with its money: when it is paid, and until when it is protected."""

    position: int
    title: str
    share_bps: int
    due: Money
    missing: Money
    held: Money
    released: Money
    refunded: Money
    lost: Money
    state: str
    state_label: str
    tone: str
    paid: Text
    protected: Text
    fund_by: datetime | None
    overdue: bool


_HOLD_TONES = {"awaiting_funds": "waiting", "held": "safe", "settled": "info", "lapsed": "danger"}


def milestones_of(holds: Sequence[Hold], at: datetime) -> tuple[MilestoneLine, ...]:
    """Every payment of the order in its order; needs `milestone` loaded."""
    return tuple(
        MilestoneLine(
            position=hold.milestone.position,
            title=hold.milestone.title,
            share_bps=hold.milestone.share_bps,
            due=hold.due,
            missing=hold.missing,
            held=hold.held,
            released=Money(hold.released_minor, hold.currency),
            refunded=Money(hold.refunded_minor, hold.currency),
            lost=Money(hold.charged_back_minor, hold.currency),
            state=hold.state,
            state_label=str(_("held in part")) if _is_lost_in_part(hold) else hold.get_state_display(),
            tone="danger" if _is_lost_in_part(hold) else _HOLD_TONES[hold.state],
            paid=paid_words(hold.milestone.fund_on, hold.milestone.fund_on_date),
            protected=protected_words(hold.milestone.release_on),
            fund_by=hold.fund_by if hold.state == HoldState.AWAITING_FUNDS else None,
            overdue=hold.state == HoldState.AWAITING_FUNDS
            and hold.fund_by is not None
            and hold.fund_by <= at,
        )
        for hold in sorted(holds, key=lambda hold: hold.milestone.position)
    )


def _is_lost_in_part(hold: Hold) -> bool:
    """A payer's bank took part of it back for good: it says held, and is not held in full."""
    return hold.state == HoldState.HELD and hold.charged_back_minor > 0


def money_of(holds: Sequence[Hold], currency: str, total: Money) -> MoneyView:
    """The sums over an order's holds; before there are any, everything is unpaid."""

    def added(name: str) -> Money:
        return Money(sum(getattr(hold, name) for hold in holds), currency)

    funded, held, frozen = added("funded_minor"), added("held_minor"), added("frozen_minor")
    return MoneyView(
        total=added("amount_minor") if holds else total,
        funded=funded,
        held=held,
        frozen=frozen,
        free=held - frozen,
        released=added("released_minor"),
        refunded=added("refunded_minor"),
        charged_back=added("charged_back_minor"),
        unpaid=(added("amount_minor") if holds else total) - funded,
        commission=added("commission_minor"),
        commission_bps=holds[0].commission_bps if holds else 0,
    )


def movements_of(holds: Sequence[Hold], *, with_commission: bool) -> tuple[MovementLine, ...]:
    """Every movement, oldest first; one statement."""
    rows = HoldMovement.objects.filter(hold__in=holds).select_related("hold").order_by("at", "pk")
    return tuple(
        MovementLine(
            at=row.at,
            kind=row.kind,
            label=MovementKind(row.kind).label,
            amount=Money(row.amount_minor, row.hold.currency),
            commission=Money(row.commission_minor, row.hold.currency)
            if with_commission and row.commission_minor
            else None,
            who=who(row.actor, row.actor_label),
        )
        for row in rows
    )


def claims_of(holds: Sequence[Hold]) -> tuple[ClaimLine, ...]:
    """Every claim on the order's money, newest first, summed over the holds it froze; one statement."""
    rows = Freeze.objects.filter(hold__in=holds).select_related("hold").order_by("-pk")
    by_claim: dict[str, list[Freeze]] = {}
    for row in rows:
        by_claim.setdefault(row.subject, []).append(row)
    return tuple(
        ClaimLine(
            ref=subject,
            amount=Money(sum(row.amount_minor for row in freezes), freezes[0].hold.currency),
            refunded=Money(sum(row.refunded_minor for row in freezes), freezes[0].hold.currency),
            frozen_at=freezes[0].frozen_at,
            lifted_at=freezes[0].lifted_at,
        )
        for subject, freezes in by_claim.items()
    )
