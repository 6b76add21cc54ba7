"""The arithmetic of cases: splits that add up over lines and holds, values of claimed goods, ranges, clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.core.money import Money, share_half_up
from trade_assurance.disputes.rules.claims import AffectedLine, spread_over_lines, suggested_minor, value_of
from trade_assurance.disputes.rules.clocks import pause_left, reminder_moments
from trade_assurance.disputes.rules.offers import OfferTerms, fault_of, ranges_meet
from trade_assurance.disputes.rules.splits import (
    LineSplit,
    after_chargeback,
    decision_effect,
    lines_fit,
    lines_of_split,
    split_of,
)
from trade_assurance.holds.rules import FrozenPart, moves_of

currencies = st.sampled_from(["USD", "JPY", "KWD"])
amounts = st.integers(0, 10**12)
TODAY = date(2026, 4, 1)


def usd(minor: int) -> Money:
    return Money(minor, "USD")


@st.composite
def frozen_parts(draw: st.DrawFn) -> list[FrozenPart]:
    """One to six holds, each with something frozen, some owed, some released before."""
    parts = []
    for number in range(draw(st.integers(1, 6))):
        bps, released = draw(st.integers(0, 3_000)), draw(st.integers(0, 10**10))
        parts.append(
            FrozenPart(
                hold_ref=f"hold_{number}",
                frozen_minor=draw(st.integers(1, 10**10)),
                owed_minor=draw(st.one_of(st.just(0), st.integers(0, 10**10))),
                released_minor=released,
                commission_minor=share_half_up(released, bps),
                commission_bps=bps,
            )
        )
    return parts


@given(frozen_parts(), st.data(), st.booleans())
def test_moves_add_up_in_every_hold_and_as_a_whole(
    parts: list[FrozenPart],
    data: st.DataObject,
    accepted: bool,
) -> None:
    frozen, releasable = sum(p.frozen_minor for p in parts), sum(p.releasable_minor for p in parts)
    release = data.draw(st.integers(0, releasable))
    refund = data.draw(st.integers(0, frozen - release))
    moves = moves_of(parts, refund_minor=refund, release_minor=release, goods_accepted=accepted)
    for part, move in zip(parts, moves, strict=True):
        whole = (
            move.refund_minor
            + move.release_minor
            + move.owed_minor
            + move.rest_released_minor
            + move.stays_minor
        )
        assert whole == part.frozen_minor
        assert min(move.refund_minor, move.release_minor, move.stays_minor, move.commission_minor) >= 0
        assert move.release_minor <= part.releasable_minor
        assert not (accepted and move.stays_minor)
        gone = part.released_minor + move.release_minor + move.rest_released_minor
        assert part.commission_minor + move.commission_minor == share_half_up(gone, part.commission_bps)
    assert sum(move.refund_minor for move in moves) == refund
    assert sum(move.release_minor for move in moves) == release


@given(frozen_parts(), st.integers(1, 10**10))
def test_no_more_is_moved_than_is_frozen_or_may_be_released(parts: list[FrozenPart], more: int) -> None:
    frozen, releasable = sum(p.frozen_minor for p in parts), sum(p.releasable_minor for p in parts)
    with pytest.raises(ValueError, match="more"):
        moves_of(parts, refund_minor=frozen + more, release_minor=0, goods_accepted=False)
    with pytest.raises(ValueError, match="more"):
        moves_of(parts, refund_minor=0, release_minor=releasable + more, goods_accepted=False)


@given(frozen_parts(), amounts, amounts, st.booleans())
def test_the_effect_is_there_exactly_when_the_split_can_be_decided(
    parts: list[FrozenPart],
    refund: int,
    release: int,
    accepted: bool,
) -> None:
    claimed, releasable = sum(p.frozen_minor for p in parts), sum(p.releasable_minor for p in parts)
    effect = decision_effect(
        claimed=usd(claimed),
        refund=usd(refund),
        release=usd(release),
        goods_accepted=accepted,
        parts=parts,
    )
    rest = claimed - refund - release
    fits = rest >= 0 and release <= releasable and not (accepted and rest > claimed - releasable)
    assert (effect is not None) is fits
    if effect is not None:
        assert effect.refund + effect.release + effect.owed + effect.stays == usd(claimed)
        assert effect.to_supplier + effect.commission == effect.release


@given(currencies, st.integers(1, 10**12), st.integers(-5, 10**12), st.integers(-5, 10**12))
def test_a_split_never_divides_more_than_was_claimed(
    currency: str, claimed: int, refund: int, release: int
) -> None:
    split = split_of(
        claimed=Money(claimed, currency), refund=Money(refund, currency), release=Money(release, currency)
    )
    assert (split is not None) is (refund >= 0 and release >= 0 and refund + release <= claimed)
    if split is not None:
        assert split.refund + split.release + split.stays == Money(claimed, currency)


@given(st.lists(st.integers(0, 10**10), min_size=1, max_size=8), st.data())
def test_a_split_over_lines_keeps_within_each_and_adds_up(claimed: list[int], data: st.DataObject) -> None:
    parts = list(enumerate(claimed))
    refund = data.draw(st.integers(0, sum(claimed)))
    release = data.draw(st.integers(0, sum(claimed) - refund))
    lines = lines_of_split(usd(refund), usd(release), parts)
    assert lines_fit(lines, parts, usd(refund), usd(release))
    assert not lines_fit(lines[1:], parts, usd(refund), usd(release))
    first = lines[0]
    forged = [LineSplit(first.line_id, first.refund + usd(1), first.release), *lines[1:]]
    assert not lines_fit(forged, parts, usd(refund), usd(release))


@given(
    st.lists(
        st.tuples(st.integers(1, 10**9), st.integers(1, 10**6), st.integers(0, 1000)), min_size=1, max_size=6
    ),
    amounts,
)
def test_all_of_every_line_is_worth_exactly_goods_and_freight(
    rows: list[tuple[int, int, int]], freight: int
) -> None:
    goods = sum(amount for amount, _thousandths, _share in rows)
    whole = [AffectedLine(a, Decimal(q).scaleb(-3), Decimal(q).scaleb(-3)) for a, q, _share in rows]
    value = value_of(whole, goods_minor=goods, freight_minor=freight)
    assert value.bound_minor == goods + freight
    some = [
        AffectedLine(a, Decimal(q).scaleb(-3), Decimal(q * share // 1000).scaleb(-3)) for a, q, share in rows
    ]
    part = value_of(some, goods_minor=goods, freight_minor=freight)
    assert 0 <= part.bound_minor <= goods + freight
    assert all(mine <= all_of_it for mine, all_of_it in zip(part.goods_minor, value.goods_minor, strict=True))
    assert sum(spread_over_lines(freight, part)) == freight


@pytest.mark.parametrize(
    ("reason", "claimable", "expected"),
    [
        ("damage", 10**9, 472_000 + 4_000),
        ("quantity", 300_000, 300_000),
        ("lateness", 10**9, 47_200),
        ("documents", 10**9, 47_200),
    ],
)
def test_the_form_begins_with_the_goods_value_and_with_a_tenth_for_delay_and_papers(
    reason: str, claimable: int, expected: int
) -> None:
    """4 of 20 t at 1,180.00 USD, with a fifth of 200.00 USD freight."""
    lines = [AffectedLine(2_360_000, Decimal(20), Decimal(4))]
    value = value_of(lines, goods_minor=2_360_000, freight_minor=20_000)
    assert value.goods_minor == (472_000,)
    assert suggested_minor(value, reason, claimable_minor=claimable) == expected


def test_two_yen_of_freight_over_three_lines_lose_nothing() -> None:
    lines = [AffectedLine(100, Decimal(1), Decimal(1)) for _ in range(3)]
    value = value_of(lines, goods_minor=300, freight_minor=2)
    assert value.whole_minor == (101, 101, 100)


@given(st.integers(1, 10**12), st.integers(1, 10**12))
def test_ranges_meet_at_the_midpoint_and_an_odd_unit_is_the_buyers(least: int, most: int) -> None:
    midpoint = ranges_meet(least, most)
    assert (midpoint is None) is (least > most)
    if midpoint is not None:
        assert least <= midpoint <= most
        assert midpoint - least - (most - midpoint) in (0, 1)


@given(amounts, amounts, amounts)
def test_a_chargeback_counts_against_the_refund_first(refund: int, release: int, taken: int) -> None:
    standing = max(0, refund + release - taken)
    left, kept = after_chargeback(
        refund=usd(refund), release=usd(release), standing=usd(standing), taken=usd(taken)
    )
    assert (left + kept).amount_minor <= standing
    assert left.amount_minor == min(max(0, refund - taken), standing)
    assert kept == usd(min(release, standing - left.amount_minor))


def offer(kind: str, **over: object) -> OfferTerms:
    terms: dict[str, object] = {"refund": usd(100), "discount": usd(0), "due_on": date(2026, 5, 1)}
    return OfferTerms(kind=kind, **(terms | over))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        (offer("refund_amount"), None),
        (offer("refund_amount", refund=usd(0)), "refund"),
        (offer("refund_amount", refund=usd(1001)), "refund"),
        (offer("refund_amount", discount=usd(1)), "discount"),
        (offer("mood"), "kind"),
        (offer("keep_and_pay", refund=usd(0)), None),
        (offer("keep_and_pay", refund=usd(1000)), "refund"),
        (offer("keep_and_pay", refund=usd(-1)), "refund"),
        (offer("return_and_refund"), "return_paid_by"),
        (offer("return_and_refund", return_paid_by="officer"), "return_paid_by"),
        (offer("return_and_refund", return_paid_by="buyer"), None),
        (offer("return_and_refund", return_paid_by="buyer", due_on=TODAY), "due_on"),
        (offer("replace"), None),
        (offer("replace", due_on=None), "due_on"),
        (offer("replace", due_on=TODAY + timedelta(days=121)), "due_on"),
        (offer("discount_next_order", refund=usd(0), discount=usd(1000)), None),
        (offer("discount_next_order", refund=usd(0), discount=usd(1001)), "discount"),
        (offer("discount_next_order", refund=usd(0)), "discount"),
        (offer("discount_next_order", refund=usd(1), discount=usd(5)), "refund"),
        (
            offer("discount_next_order", refund=usd(0), discount=usd(5), due_on=TODAY + timedelta(days=731)),
            "due_on",
        ),
    ],
)
def test_what_an_offer_of_each_kind_must_say(terms: OfferTerms, field: str | None) -> None:
    fault = fault_of(terms, standing=usd(1000), today=TODAY)
    assert (fault and fault.field) == field


def test_reminders_that_would_lie_before_the_start_are_left_out() -> None:
    start = datetime(2026, 4, 1, tzinfo=UTC)
    assert [hours for hours, _at in reminder_moments(datetime(2026, 4, 6, tzinfo=UTC), start)] == [48, 24]
    assert [hours for hours, _at in reminder_moments(datetime(2026, 4, 2, 12, tzinfo=UTC), start)] == [24]


def test_all_pauses_together_have_an_end() -> None:
    assert pause_left(14, 0) == timedelta(days=14)
    assert pause_left(14, 14 * 86_400 - 1) == timedelta(seconds=1)
    assert pause_left(14, 15 * 86_400) == timedelta(0)
