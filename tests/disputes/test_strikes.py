"""Strikes: given once for facts, told, appealed, answered, over by the clock; and what they do to listings."""

from __future__ import annotations

from functools import partial

import pytest
from django.urls import reverse

from catalog.models import SupplierFacts
from catalog.search import find
from catalog.search.spec import SearchSpec
from marketplace.core import clock
from marketplace.core.errors import DomainError
from marketplace.core.ids import new_key
from marketplace.core.operator_settings import change_setting
from marketplace.notifications.models import Notification
from tests.factories import AT, days
from tests.factories.accounts import a_company, a_member, owner_of, signed_in, staff
from tests.factories.catalog import a_live_product
from tests.factories.disputes import dispute_officer
from tests.factories.holds import FUNDED_AT, a_confirmed_order, a_funded_order, sweep
from tests.factories.orders import SHIP_BY, a_placed_order
from tests.factories.strikes import a_standing_strike, an_unanswered_order
from tests.holds.races import at_once
from trade_assurance.disputes.models import Strike
from trade_assurance.disputes.operations import answer_strike, appeal_strike, give_strike
from trade_assurance.disputes.rules.strikes import visibility_for
from trade_assurance.disputes.states import STRIKE_TRANSITIONS, StrikeCause, StrikeState
from trade_assurance.holds.operations import cancel_unshipped
from trade_assurance.holds.rules import days_after

pytestmark = pytest.mark.django_db
LATER = AT + days(4)


def visibility(strike: Strike) -> str:
    return SupplierFacts.objects.get(supplier_id=strike.company_id).visibility


def appeal(strike: Strike, **over: object) -> str:
    terms = {
        "strike_ref": strike.ref,
        "text": "The buyer withdrew it by telephone.",
        "actor": owner_of(strike.company),
        "key": new_key(),
        "at": LATER,
    }
    return appeal_strike(**(terms | over))  # type: ignore[arg-type]


def answer(strike: Strike, *, lift: bool, **over: object) -> str:
    terms = {
        "strike_ref": strike.ref,
        "lift": lift,
        "reasons": "The mail of the 3rd shows it.",
        "actor": dispute_officer(),
        "key": new_key(),
        "at": LATER,
    }
    return answer_strike(**(terms | over))  # type: ignore[arg-type]


def test_order_without_answer_gives_the_supplier_one_strike_and_tells_why() -> None:
    trade = an_unanswered_order()
    (strike,) = Strike.objects.filter(company=trade.order.supplier)
    assert (strike.cause, strike.state) == ("no_answer", "standing")
    assert strike.ends_at == strike.given_at + days(180)
    told = Notification.objects.filter(event__kind="strike_given", channel="page")
    assert {row.recipient_id for row in told} == {trade.supplier.user_id}
    assert give_strike(order_ref=trade.ref, cause=StrikeCause.NO_ANSWER, at=LATER) is None
    assert Strike.objects.count() == 1


def test_paid_goods_not_shipped_in_time_give_a_strike_when_the_clock_cancels() -> None:
    trade = a_funded_order()
    sweep(days_after(SHIP_BY, 14))
    assert [strike.cause for strike in Strike.objects.filter(order=trade.order)] == ["non_delivery"]


def test_giving_up_by_ones_own_word_and_an_unpaid_order_give_no_strike() -> None:
    trade = a_funded_order()
    cancel_unshipped(order_ref=trade.ref, actor=trade.supplier, key=new_key(), at=FUNDED_AT + days(1))
    a_confirmed_order()
    sweep(AT + days(60))
    assert Strike.objects.count() == 0


def test_limits_lower_and_hide_listings_and_zero_never_does() -> None:
    assert [visibility_for(count, lower_from=2, hide_from=4) for count in range(6)] == [
        "full", "full", "lowered", "lowered", "hidden", "hidden",
    ]  # fmt: skip
    assert visibility_for(9, lower_from=0, hide_from=0) == "full"
    assert visibility_for(9, lower_from=3, hide_from=0) == "lowered"


def test_strikes_put_listings_last_then_out_of_search_and_lifting_brings_them_back() -> None:
    supplier, rival = a_company("Striker"), a_company("Rival")
    theirs, others = a_live_product(supplier), a_live_product(rival)
    words = SearchSpec(query="basmati")
    first = a_standing_strike(supplier)
    assert visibility(first) == "full"
    strikes = [first, *(a_standing_strike(supplier, at=AT + days(number)) for number in (10, 20, 30))]
    assert visibility(first) == "hidden"
    assert theirs.ref not in {hit.ref for hit in find(words).hits}
    assert find(words).total == find(SearchSpec()).total
    answer(strikes[0], lift=True)
    assert visibility(first) == "lowered"
    assert find(words).hits[-1].ref == theirs.ref
    assert others.ref in {hit.ref for hit in find(words).hits[:-1]}
    assert theirs.ref in {hit.ref for hit in find(SearchSpec()).hits}
    answer(strikes[1], lift=True)
    answer(strikes[2], lift=True)
    assert visibility(first) == "full"


def test_operators_limits_are_what_counts() -> None:
    change_setting(key="strikes.lower_from", value=1, reason="Stricter.", actor=staff("operator"), at=AT)
    assert visibility(a_standing_strike()) == "lowered"


def test_appeal_keeps_counting_until_an_officer_has_answered() -> None:
    strike = a_standing_strike()
    key = new_key()
    appeal(strike, key=key)
    appeal(strike, key=key)
    strike.refresh_from_db()
    assert (strike.state, strike.appeal_text) == ("appealed", "The buyer withdrew it by telephone.")
    assert strike in Strike.objects.counting()
    answer(strike, lift=False)
    strike.refresh_from_db()
    assert strike.state == "upheld"
    with pytest.raises(DomainError) as refused:
        appeal(strike)
    assert refused.value.code == "illegal_transition"


def test_strike_is_over_by_the_clock() -> None:
    strike = a_standing_strike()
    sweep(strike.ends_at)
    strike.refresh_from_db()
    assert strike.state == "expired"
    assert not Strike.objects.counting().exists()
    assert Notification.objects.filter(event__kind="strike_expired").exists()


def test_appeals_and_answers_that_are_refused_change_nothing() -> None:
    strike = a_standing_strike()
    viewer = a_member(strike.company, "viewer")
    partial_officer = a_member(strike.order.buyer, "viewer")
    refused = [
        (partial(appeal, strike, actor=viewer), "not_your_strike"),
        (partial(appeal, strike, actor=owner_of(a_company())), "strike_not_found"),
        (partial(appeal, strike, at=strike.appeal_until), "strike_appeal_too_late"),
        (partial(appeal, strike, text="  "), "case_text_missing"),
        (partial(answer, strike, lift=False), "strike_answered"),
        (partial(answer, strike, lift=True, actor=owner_of(strike.company)), "not_your_strike"),
        (partial(answer, strike, lift=True, reasons=""), "case_text_missing"),
        (partial(answer, strike, lift=True, actor=partial_officer), "strike_not_found"),
    ]
    for step, code in refused:
        with pytest.raises(DomainError) as error:
            step()
        assert error.value.code == code
    strike.refresh_from_db()
    assert (strike.state, strike.appeal_text, strike.answer) == ("standing", "", "")


def test_table_of_steps_is_what_it_is() -> None:
    assert {(before, after) for before, steps in STRIKE_TRANSITIONS.items() for after in steps} == {
        ("standing", "appealed"),
        ("standing", "lifted"),
        ("standing", "expired"),
        ("appealed", "upheld"),
        ("appealed", "lifted"),
        ("appealed", "expired"),
        ("upheld", "lifted"),
        ("upheld", "expired"),
    }
    assert {state.value for state in StrikeState} == {"standing", "appealed", "upheld", "lifted", "expired"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.race
def test_four_strikes_at_the_same_moment_are_all_counted() -> None:
    supplier = a_company("Striker")
    trades = [a_placed_order(supplier=supplier) for _ in range(4)]
    steps = [
        partial(give_strike, order_ref=trade.ref, cause=StrikeCause.NO_ANSWER, at=LATER) for trade in trades
    ]
    assert at_once(*steps, *steps) == ["done"] * 8
    assert Strike.objects.counting().count() == 4
    assert SupplierFacts.objects.get(supplier=supplier).visibility == "hidden"


def test_pages_of_supplier_and_officer_lead_through_appeal_and_answer() -> None:
    strike = a_standing_strike(at=clock.now() - days(4))
    browser = signed_in(owner_of(strike.company))
    page = browser.get(reverse("strikes")).content.decode()
    assert "no answer to an order" in page.lower()
    assert strike.order.number in page
    empty = browser.post(
        reverse("strike_appeal", args=[strike.ref]), {"idempotency_key": new_key(), "text": ""}
    )
    assert empty.status_code == 400
    browser.post(
        reverse("strike_appeal", args=[strike.ref]),
        {"idempotency_key": new_key(), "text": "We answered by mail."},
    )
    desk = signed_in(dispute_officer())
    assert "We answered by mail." in desk.get(reverse("desk_strikes")).content.decode()
    desk.post(
        reverse("strike_answer", args=[strike.ref]),
        {"idempotency_key": new_key(), "outcome": "uphold", "reasons": "There is no mail."},
    )
    strike.refresh_from_db()
    assert strike.state == "upheld"
    assert "There is no mail." in browser.get(reverse("strikes")).content.decode()
    stranger = signed_in(owner_of(a_company()))
    assert strike.order.number not in stranger.get(reverse("strikes")).content.decode()
    sent = {"idempotency_key": new_key(), "text": ""}
    assert stranger.post(reverse("strike_appeal", args=[strike.ref]), sent).status_code == 404
