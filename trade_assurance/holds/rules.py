"""Pure arithmetic of held money: commission, refunds, limits. No database, no clock, no settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from marketplace.core.money import share_half_up, split_minor
from orders.states import FundOn

CANCEL_UNSHIPPED = "cancel_unshipped"
MARKETPLACE = "marketplace"


@dataclass(frozen=True, slots=True)
class Release:
    """What one release takes out of a hold: `amount_minor` = `commission_minor` + `to_supplier_minor`."""

    amount_minor: int
    commission_minor: int

    @property
    def to_supplier_minor(self) -> int:
        return self.amount_minor - self.commission_minor


def release_of(
    amount_minor: int, *, released_before_minor: int, commission_before_minor: int, commission_bps: int
) -> Release:
    """One release: the commission is the difference of cumulative half-up roundings.

    So n partial releases bear exactly the commission of the whole, and the supplier gets the rest.
    Raises `ValueError` for a negative amount.
    """
    if amount_minor < 0:
        msg = "a release is not negative"
        raise ValueError(msg)
    due = share_half_up(released_before_minor + amount_minor, commission_bps)
    return Release(amount_minor, due - commission_before_minor)


@dataclass(frozen=True, slots=True)
class Funded:
    """What one payment put into a hold, and how much of it went back or was taken back.

    `at_bank_minor` of it was moved from its processor to the bank and lies there; None when nothing was ever moved.
    """

    payment_ref: str
    amount_minor: int
    refunded_minor: int
    charged_back_minor: int = 0
    at_bank_minor: int | None = None

    @property
    def there_minor(self) -> int:
        """What still lies where a refund would take it from: of a moved payment no more than the bank has."""
        return self.left_minor if self.at_bank_minor is None else min(self.left_minor, self.at_bank_minor)

    @property
    def left_minor(self) -> int:
        return self.amount_minor - self.refunded_minor - self.charged_back_minor


def draw_refund(fundings: Sequence[Funded], amount_minor: int) -> list[tuple[str, int]]:
    """Which payment gives back how much: the newest first, so that the oldest stays the longest.

    Of a payment that was moved to the bank what lies there goes before anything a processor has no longer.
    Raises `ValueError` when the payments do not hold that much any more.
    """
    given = {funding.payment_ref: 0 for funding in reversed(fundings)}
    left = amount_minor
    for most in ("there_minor", "left_minor"):
        for funding in reversed(fundings):
            part = max(min(left, getattr(funding, most) - given[funding.payment_ref]), 0)
            given[funding.payment_ref] += part
            left -= part
    if left:
        msg = "more is to be refunded than was paid in"
        raise ValueError(msg)
    return [(payment_ref, part) for payment_ref, part in given.items() if part]


@dataclass(frozen=True, slots=True)
class Intake:
    """What of an arriving payment the hold takes, and what goes straight back."""

    taken_minor: int
    excess_minor: int


def intake_of(arrived_minor: int, *, due_minor: int, funded_minor: int, open_for_funds: bool) -> Intake:
    """A hold takes what it still waits for; all else (over, twice, too late) goes back by itself."""
    taken = min(arrived_minor, due_minor - funded_minor) if open_for_funds else 0
    return Intake(taken, arrived_minor - taken)


def changed_lately(changed_at: datetime | None, at: datetime, days: int) -> bool:
    """Whether an account that was there before was changed within so many days."""
    return changed_at is not None and at - changed_at < timedelta(days=days)


def end_of_day(day: date) -> datetime:
    """The first moment after the day, in UTC: what is due "on the day" may still be done all day."""
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=UTC)


def days_after(day: date, days: int) -> datetime:
    """The end of the day that lies `days` after `day`."""
    return end_of_day(day + timedelta(days=days))


def fund_by_of(fund_on: str, fund_on_date: date | None, *, first_by: datetime) -> datetime | None:
    """By when a milestone is to be paid, as far as it is known at confirmation.

    A date never ends sooner than the time to pay what is due on confirmation; a balance before shipment
    falls due only when the goods are ready (None until then).
    """
    if fund_on == FundOn.DATE and fund_on_date is not None:
        return max(end_of_day(fund_on_date), first_by)
    return first_by if fund_on == FundOn.CONFIRMATION else None


@dataclass(frozen=True, slots=True)
class Standing:
    """A hold as a lost chargeback finds it; `others_frozen_minor` is kept still for other chargebacks."""

    held_minor: int
    frozen_minor: int
    own_frozen_minor: int
    others_frozen_minor: int
    released_minor: int
    commission_minor: int
    commission_bps: int


@dataclass(frozen=True, slots=True)
class Loss:
    """What a lost chargeback takes out of a hold: of what lies there, and of what was released already.

    `commission_minor` of the released part is given back by the marketplace, the rest by the supplier.
    `frozen_minor` stays frozen, `claims_shrink_minor` is what disputes lose of what they had frozen.
    """

    from_held_minor: int
    from_released_minor: int
    commission_minor: int
    frozen_minor: int
    claims_shrink_minor: int

    @property
    def from_supplier_minor(self) -> int:
        return self.from_released_minor - self.commission_minor


def loss_of(amount_minor: int, hold: Standing) -> Loss:
    """Held money goes first: nobody has it yet. Then what was released, with its share of the commission.

    Raises `ValueError` for more than the hold ever kept or released.
    """
    free_of_others = hold.held_minor - hold.others_frozen_minor
    held = min(amount_minor, free_of_others)
    released = min(amount_minor - held, hold.released_minor)
    held = amount_minor - released
    if held > hold.held_minor:
        msg = "more is charged back than the hold had"
        raise ValueError(msg)
    commission = hold.commission_minor - share_half_up(hold.released_minor - released, hold.commission_bps)
    frozen = hold.frozen_minor - hold.own_frozen_minor
    left = hold.held_minor - held
    shrink = max(frozen - left, 0)
    return Loss(held, released, min(max(commission, 0), released), frozen - shrink, shrink)


@dataclass(frozen=True, slots=True)
class LossAgain:
    """What each gives of a chargeback that is lost once more; `unexplained_minor` nobody has any more."""

    waiting_minor: int
    commission_minor: int
    supplier_minor: int
    unexplained_minor: int


@dataclass(frozen=True, slots=True)
class Had:
    """Who has what of a chargeback that was lost and won after all."""

    waiting_minor: int
    commission_minor: int
    supplier_minor: int

    def give(self, amount_minor: int) -> LossAgain:
        """What nobody has goes first, then what the marketplace got, then what the supplier got."""
        waiting, commission, supplier = oldest_first(
            amount_minor, [self.waiting_minor, self.commission_minor, self.supplier_minor]
        )
        return LossAgain(waiting, commission, supplier, amount_minor - waiting - commission - supplier)


def spread_over(amount_minor: int, fundings: Sequence[Funded]) -> list[tuple[str, int]]:
    """How much of an amount falls on each funding, the newest first; what none of them has is left out."""
    parts: list[tuple[str, int]] = []
    left = amount_minor
    for funding in reversed(fundings):
        part = min(left, funding.left_minor)
        if part > 0:
            parts.append((funding.payment_ref, part))
            left -= part
    return parts


@dataclass(frozen=True, slots=True)
class Drawn:
    """Where an amount that a supplier gives comes from: what is kept back, their balance, and the rest as debt."""

    kept_minor: int
    balance_minor: int
    debt_minor: int


def drawn_from(amount_minor: int, *, kept_minor: int, balance_minor: int) -> Drawn:
    """What is kept back goes first, then the balance; what is missing is owed."""
    kept = min(amount_minor, kept_minor)
    balance = min(amount_minor - kept, balance_minor)
    return Drawn(kept, balance, amount_minor - kept - balance)


@dataclass(frozen=True, slots=True)
class Credited:
    """How an amount for a supplier is divided: to pay what they owe, to keep as reserve, to their balance."""

    debt_minor: int
    reserve_minor: int
    balance_minor: int


def credited(amount_minor: int, *, owed_minor: int, reserve_bps: int) -> Credited:
    """Debt first, in full; the reserve is a share of the amount, as far as the debt left it."""
    debt = min(amount_minor, owed_minor)
    reserve = min(amount_minor - debt, share_half_up(amount_minor, reserve_bps))
    return Credited(debt, reserve, amount_minor - debt - reserve)


def oldest_first(amount_minor: int, lots: Sequence[int]) -> list[int]:
    """How much each lot gives (or gets), the first ones in full; the sum is at most the amount."""
    parts: list[int] = []
    for lot in lots:
        parts.append(min(lot, amount_minor - sum(parts)))
    return parts


@dataclass(frozen=True, slots=True)
class FrozenPart:
    """What a claim keeps still in one hold, and what the hold has seen before: all in minor units.

    `owed_minor` waits in the hold for goods that were cancelled while their money was claimed.
    """

    hold_ref: str
    frozen_minor: int
    owed_minor: int
    released_minor: int
    commission_minor: int
    commission_bps: int

    @property
    def releasable_minor(self) -> int:
        """What may go to the supplier: not what cancelled goods are owed."""
        return self.frozen_minor - min(self.owed_minor, self.frozen_minor)


@dataclass(frozen=True, slots=True)
class PartMove:
    """What happens to one hold's part when a claim ends.

    refund + release + owed + rest_released + stays = frozen. `owed` goes to the buyer for cancelled goods,
    `rest_released` to the supplier because the goods were accepted, `stays` unfreezes. `commission_minor`
    is what comes off release and rest_released together.
    """

    hold_ref: str
    refund_minor: int
    release_minor: int
    owed_minor: int
    rest_released_minor: int
    stays_minor: int
    commission_minor: int

    @property
    def to_supplier_minor(self) -> int:
        return self.release_minor + self.rest_released_minor - self.commission_minor


def moves_of(
    parts: Sequence[FrozenPart], *, refund_minor: int, release_minor: int, goods_accepted: bool
) -> list[PartMove]:
    """How a claim's end divides over the holds it froze: the one rule for the preview and for the deed.

    Release in proportion to what may be released in each hold, refund in proportion to what is left of
    each part then; both by largest remainder, so that the parts add up. Of the rest, cancelled goods are
    paid first. Raises `ValueError` when the parts do not hold that much, or may not release that much.
    """
    releases = _in_proportion(release_minor, [part.releasable_minor for part in parts])
    left = [part.frozen_minor - released for part, released in zip(parts, releases, strict=True)]
    refunds = _in_proportion(refund_minor, left)
    return [
        _move_of(part, refunded, released, goods_accepted=goods_accepted)
        for part, refunded, released in zip(parts, refunds, releases, strict=True)
    ]


def _move_of(part: FrozenPart, refunded: int, released: int, *, goods_accepted: bool) -> PartMove:
    rest = part.frozen_minor - refunded - released
    owed = min(part.owed_minor, rest)
    rest_released = rest - owed if goods_accepted else 0
    commission = share_half_up(part.released_minor + released + rest_released, part.commission_bps)
    return PartMove(
        hold_ref=part.hold_ref,
        refund_minor=refunded,
        release_minor=released,
        owed_minor=owed,
        rest_released_minor=rest_released,
        stays_minor=rest - owed - rest_released,
        commission_minor=commission - part.commission_minor if released + rest_released else 0,
    )


def _in_proportion(amount_minor: int, room: Sequence[int]) -> list[int]:
    """`amount_minor` over places that have so much room each; never more than fits."""
    if amount_minor < 0 or amount_minor > sum(room):
        msg = "more is to be moved than there is"
        raise ValueError(msg)
    return split_minor(amount_minor, room) if amount_minor else [0] * len(room)


@dataclass(frozen=True, slots=True)
class Paid:
    """What one payment still has in a hold, held or released; `is_of_rail`: it came by the rail that pays out now."""

    payment_ref: str
    left_minor: int
    is_of_rail: bool


def left_to_pay(
    holds: Sequence[tuple[int, Sequence[Paid]]], gone: Mapping[str, int]
) -> list[tuple[str, int]]:
    """Per payment what may still be paid out of it: what was released of each hold (net of commission) counts as
    released from its oldest payment first, less what is `gone` already. In the order given; nothing of other rails.
    """
    released: dict[str, int] = {}
    for net, payments in holds:
        parts = oldest_first(net, [payment.left_minor for payment in payments])
        for payment, part in zip(payments, parts, strict=True):
            if payment.is_of_rail:
                released[payment.payment_ref] = released.get(payment.payment_ref, 0) + part
    left = {ref: amount - gone.get(ref, 0) for ref, amount in released.items()}
    return [(ref, amount) for ref, amount in left.items() if amount > 0]


def parts_of(amount_minor: int, left: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    """A payout split over payments, the first ones in full; what they do not cover is one part without a payment."""
    shares = oldest_first(amount_minor, [part for _ref, part in left])
    parts = [(ref, share) for (ref, _left), share in zip(left, shares, strict=True) if share]
    rest = amount_minor - sum(share for _ref, share in parts)
    return [*parts, ("", rest)] if rest else parts


@dataclass(frozen=True, slots=True)
class Pot:
    """What of one milestone belongs to goods that have not left: not paid in yet, held and free, held and frozen."""

    hold_ref: str
    unpaid_minor: int
    free_minor: int
    frozen_minor: int


@dataclass(frozen=True, slots=True)
class Draw:
    """What one milestone gives of an amount: less is due, so much goes back now, so much when it unfreezes."""

    hold_ref: str
    less_due_minor: int
    refund_minor: int
    owed_minor: int


def spread(pots: Sequence[Pot], amount_minor: int) -> list[Draw]:
    """From where an amount leaves a trade whose goods became fewer or cheaper; one draw for each pot that gives.

    The order of draw: first what nobody has paid yet, then what is held and free, last what a claim keeps
    still (it is owed, and goes back when it unfreezes). Within each the latest milestone gives first, so
    that the deposit, which the supplier produces with, stays the longest.
    Raises `ValueError` when the pots do not hold that much.
    """
    given = {pot.hold_ref: [0, 0, 0] for pot in pots}
    left = amount_minor
    for place, name in enumerate(("unpaid_minor", "free_minor", "frozen_minor")):
        for pot in reversed(pots):
            part = min(left, getattr(pot, name))
            given[pot.hold_ref][place] = part
            left -= part
    if left:
        msg = "more is to leave the trade than is open in it"
        raise ValueError(msg)
    return [Draw(ref, *parts) for ref, parts in given.items() if any(parts)]


# Processors of cards and wallets cap holding at about 90 days.
AGE_WARNING = timedelta(days=75)
AGE_DECISION = timedelta(days=84)
LONGEST_HOLDING = timedelta(days=85)
# How long goods usually travel, for a word at contract time; the carrier's own promise comes later.
TRANSIT_DAYS = {"express": 7, "air": 10, "land": 20, "sea": 45}


def outlasts_a_processor(at: datetime, *, ship_by: date, transport_mode: str, inspection_days: int) -> bool:
    """Whether production, transit and inspection will take longer than a processor holds money paid now."""
    ends = days_after(ship_by, TRANSIT_DAYS.get(transport_mode, 45) + inspection_days)
    return ends > at + LONGEST_HOLDING
