"""Confirm, amend, decline, withdraw: who may, until when, and what the contract then is."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from catalog.errors import GoodsNotSentThere
from catalog.operations import RuleFacts, add_goods_rule, end_goods_rule
from marketplace.core.actors import Actor
from marketplace.core.errors import Conflict, DomainError, KeyReused, NotFound
from marketplace.core.ids import new_key
from marketplace.core.models import Deadline, OutboxEvent
from marketplace.core.operator_settings import change_setting
from orders.errors import (
    AmendmentChangesNothing,
    AmendmentOpen,
    AmendmentOutdated,
    AnswerTooLate,
    LineTwice,
    MissingText,
    NoAmendment,
    NotPlaced,
    OrderNotYours,
    ShipByPassed,
    UnknownLine,
)
from orders.models import Amendment, Milestone, Order
from orders.operations import (
    LineChange,
    amend_order,
    confirm_order_terms,
    decline_amendment,
    decline_order,
    lock_order,
    withdraw_order,
)
from orders.queries.books import contract_discrepancies
from tests.factories import AT, days
from tests.factories.accounts import a_company, a_member, staff
from tests.factories.catalog import MODERATOR, a_live_product
from tests.factories.orders import SHIP_BY, Trade, a_confirmed_terms, a_placed_order

pytestmark = pytest.mark.django_db


def amended(trade: Trade, *, at: Any = AT + days(1), actor: Actor | None = None, **over: Any) -> Amendment:
    terms: dict[str, Any] = {
        "lines": [LineChange(trade.line.pk, Decimal(18), Decimal("1175.5"), 250)],
        "freight_minor": 145_000,
        "ship_by": SHIP_BY,
        "note": "Only 18 t are left of this harvest.",
        "key": new_key(),
    }
    return amend_order(order_ref=trade.ref, actor=actor or trade.supplier, at=at, **(terms | over))


def _confirm(
    trade: Trade, *, actor: Actor | None = None, version: int | None = None, at: Any = AT + days(1)
) -> Order:
    with transaction.atomic():
        return confirm_order_terms(
            order=lock_order(trade.ref, actor or trade.supplier),
            actor=actor or trade.supplier,
            amendment_version=version,
            key=new_key(),
            at=at,
        )


def _unchanged(trade: Trade, events: int = 1) -> None:
    order = trade.again()
    assert order.state == "placed"
    assert order.terms is None
    assert OutboxEvent.objects.filter(root=order.ref).count() == events
    assert not order.milestones.exists()


def test_confirm_freezes_terms_hash_commission_and_one_milestone() -> None:
    trade = a_confirmed_terms()
    order = trade.order
    assert order.state == "confirmed"
    assert order.confirmed_at == AT + days(1)
    assert order.commission_bps == 300
    canonical = json.dumps(order.terms, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert order.terms_hash == hashlib.sha256(canonical.encode()).hexdigest()
    assert order.terms is not None
    assert order.terms["lines"][0]["quantity"] == "20.000"
    assert order.terms["total_minor"] == 2_360_000
    milestone = Milestone.objects.get(order=order)
    assert (milestone.share_bps, milestone.amount_minor) == (10_000, 2_360_000)
    assert not Deadline.objects.filter(root=order.ref, state="open").exists()
    assert OutboxEvent.objects.filter(root=order.ref, kind="order_confirmed").count() == 1


def test_confirm_freezes_the_commission_of_this_moment() -> None:
    early = a_confirmed_terms()
    change_setting(key="orders.commission_bps", value=275, actor=Actor.system("t"), at=AT, reason="lower")
    assert early.again().commission_bps == 300
    assert a_confirmed_terms().order.commission_bps == 275


@pytest.mark.parametrize("role", ["purchasing", "finance", "viewer"])
def test_confirm_by_another_role_of_the_supplier_is_refused(role: str) -> None:
    trade = a_placed_order()
    with pytest.raises(OrderNotYours):
        _confirm(trade, actor=a_member(trade.order.supplier, role))
    _unchanged(trade)


def test_confirm_by_the_buyer_an_officer_or_a_stranger_is_refused() -> None:
    trade = a_placed_order()
    with pytest.raises(OrderNotYours):
        _confirm(trade, actor=trade.buyer)
    with pytest.raises(OrderNotYours):
        _confirm(trade, actor=staff("disputes"))
    for stranger in (a_member(), staff("moderation"), Actor.anonymous()):
        with pytest.raises(NotFound):
            _confirm(trade, actor=stranger)
    _unchanged(trade)


def test_confirm_at_the_due_moment_is_too_late_even_before_the_sweep() -> None:
    trade = a_placed_order()
    with pytest.raises(AnswerTooLate):
        _confirm(trade, at=AT + days(3))
    _unchanged(trade)
    assert _confirm(trade, at=AT + days(2.99)).state == "confirmed"


def test_confirm_after_the_ship_by_date_is_refused() -> None:
    trade = a_placed_order(ship_by=date(2026, 3, 2))
    with pytest.raises(ShipByPassed):
        _confirm(trade, at=AT + days(1))
    _unchanged(trade)


def test_confirm_of_goods_that_were_prohibited_meanwhile_is_refused_as_are_amended_terms() -> None:
    trade = a_placed_order()
    country = trade.order.delivery_address["country"]
    ban = RuleFacts(
        "prohibited", trade.line.hs_code[:4], "None there.", "Act", AT.date(), destination=country
    )
    rule = add_goods_rule(facts=ban, actor=MODERATOR, key=new_key(), at=AT)
    with pytest.raises(GoodsNotSentThere):
        _confirm(trade)
    _unchanged(trade)
    version = amended(trade).version
    with pytest.raises(GoodsNotSentThere):
        _confirm(trade, actor=trade.buyer, version=version)
    end_goods_rule(rule_ref=rule.ref, reason="Lifted", actor=MODERATOR, at=AT)
    assert _confirm(trade, actor=trade.buyer, version=version).state == "confirmed"


def test_confirm_twice_or_after_a_decline_is_refused() -> None:
    trade = a_confirmed_terms()
    with pytest.raises(NotPlaced):
        _confirm(trade)
    assert trade.again().transitions.count() == 2


def test_amendment_waits_for_the_buyer_and_keeps_the_order_as_it_was() -> None:
    trade = a_placed_order()
    amendment = amended(trade)
    assert (amendment.version, amendment.state) == (1, "proposed")
    # 18 × 1,175.50 less 2.5 %: 20,630.025, half up, once
    assert (amendment.goods_minor, amendment.freight_minor, amendment.total_minor) == (
        2_063_003,
        145_000,
        2_208_003,
    )
    order = trade.again()
    assert (order.state, order.total_minor, trade.line.quantity) == ("placed", 2_360_000, Decimal(20))
    open_kinds = list(Deadline.objects.filter(root=order.ref, state="open").values_list("kind", "due_at"))
    assert open_kinds == [("amendment_answer", AT + days(4))]


def test_accepted_amendment_is_the_contract_at_once() -> None:
    trade = a_placed_order()
    amended(trade, incoterms_rule="CIF", named_place="Gothenburg", ship_by=date(2026, 5, 1))
    order = _confirm(trade, actor=trade.buyer, version=1, at=AT + days(2))
    line = trade.line
    assert (order.state, order.total_minor, order.freight_minor) == ("confirmed", 2_208_003, 145_000)
    assert (order.incoterms_rule, order.named_place, order.ship_by) == ("CIF", "Gothenburg", date(2026, 5, 1))
    assert (line.quantity, line.unit_price, line.discount_bps) == (Decimal(18), Decimal("1175.5"), 250)
    assert order.terms is not None
    assert order.terms["amendment"] == 1
    assert order.terms["lines"][0]["discount_bps"] == 250
    assert Amendment.objects.get().state == "accepted"
    assert list(contract_discrepancies()) == []


def test_amendment_of_a_newer_version_supersedes_and_the_old_one_cannot_be_accepted() -> None:
    trade = a_placed_order()
    amended(trade)
    second = amended(trade, at=AT + days(2), freight_minor=100_000)
    assert second.version == 2
    assert list(Amendment.objects.order_by("version").values_list("state", flat=True)) == [
        "superseded",
        "proposed",
    ]
    assert Deadline.objects.get(root=trade.ref, state="open").due_at == AT + days(5)
    with pytest.raises(AmendmentOutdated):
        _confirm(trade, actor=trade.buyer, version=1, at=AT + days(2))
    with pytest.raises(AmendmentOutdated):
        decline_amendment(order_ref=trade.ref, version=1, actor=trade.buyer, key=new_key(), at=AT + days(2))
    assert trade.again().state == "placed"
    assert _confirm(trade, actor=trade.buyer, version=2, at=AT + days(2)).freight_minor == 100_000


def test_amendment_cannot_be_accepted_by_its_author_or_a_viewer_nor_without_one() -> None:
    trade = a_placed_order()
    with pytest.raises(NoAmendment):
        _confirm(trade, actor=trade.buyer, version=1)
    amended(trade)
    with pytest.raises(OrderNotYours):
        _confirm(trade, actor=trade.supplier, version=1)
    with pytest.raises(OrderNotYours):
        _confirm(trade, actor=a_member(trade.order.buyer, "viewer"), version=1)
    with pytest.raises(AmendmentOpen):
        _confirm(trade)
    _unchanged(trade, events=2)


def test_declined_amendment_gives_the_supplier_new_days() -> None:
    trade = a_placed_order()
    amended(trade)
    decline_amendment(
        order_ref=trade.ref, version=1, reason="Too dear.", actor=trade.buyer, key=new_key(), at=AT + days(3)
    )
    assert Amendment.objects.get().state == "declined"
    deadline = Deadline.objects.get(root=trade.ref, state="open")
    assert (deadline.kind, deadline.due_at) == ("order_answer", AT + days(6))
    order = _confirm(trade, at=AT + days(5))
    assert (order.state, order.total_minor) == ("confirmed", 2_360_000)


def test_amendment_may_drop_a_line_but_not_all() -> None:
    supplier = a_company()
    rice = a_live_product(supplier)
    flour = a_live_product(supplier, title="Gram flour", sku="G-1")
    trade = a_placed_order(products=[(rice, "20"), (flour, "10")])
    first, second = trade.order.lines.order_by("position")
    unit_price = first.unit_price
    with pytest.raises(DomainError):
        amended(
            trade,
            lines=[LineChange(line.pk, Decimal(0), unit_price) for line in (first, second)],
            freight_minor=0,
        )
    amended(trade, lines=[LineChange(second.pk, Decimal(0), unit_price)], freight_minor=0)
    order = _confirm(trade, actor=trade.buyer, version=1)
    assert order.goods_minor == first.amount_minor
    assert order.terms is not None
    assert [line["position"] for line in order.terms["lines"]] == [1]


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"quantity": Decimal("NaN")}, DomainError),
        ({"quantity": Decimal(-1)}, DomainError),
        ({"quantity": Decimal("1e30")}, DomainError),
        ({"unit_price": Decimal("-0.01")}, DomainError),
        ({"unit_price": Decimal("Infinity")}, DomainError),
        ({"unit_price": Decimal("1e11")}, DomainError),
        ({"discount_bps": 10_001}, DomainError),
        ({"discount_bps": -1}, DomainError),
    ],
)
def test_amendment_with_impossible_numbers_is_refused(change: dict[str, Any], error: type[Exception]) -> None:
    trade = a_placed_order()
    line: dict[str, Any] = {
        "line_id": trade.line.pk,
        "quantity": Decimal(20),
        "unit_price": Decimal(1180),
        "discount_bps": 0,
    } | change
    with pytest.raises(error):
        amended(trade, lines=[LineChange(**line)])
    assert not Amendment.objects.exists()
    _unchanged(trade)


def test_amendment_of_another_orders_line_twice_a_line_or_nothing_is_refused() -> None:
    trade, other = a_placed_order(), a_placed_order()
    line = trade.line
    with pytest.raises(UnknownLine):
        amended(trade, lines=[LineChange(other.line.pk, Decimal(5), Decimal(1))])
    same = LineChange(line.pk, Decimal(19), Decimal(1180))
    with pytest.raises(LineTwice):
        amended(trade, lines=[same, same])
    with pytest.raises(AmendmentChangesNothing):
        amended(trade, lines=[LineChange(line.pk, line.quantity, line.unit_price)], freight_minor=0)
    with pytest.raises(DomainError):
        amended(trade, freight_minor=-1)
    with pytest.raises(DomainError):
        amended(trade, ship_by=date(2026, 3, 1))
    _unchanged(trade)


def test_amend_again_with_the_same_key_is_the_same_version() -> None:
    trade, key = a_placed_order(), new_key()
    first = amended(trade, key=key)
    assert amended(trade, key=key).pk == first.pk
    with pytest.raises(KeyReused):
        amended(trade, key=key, freight_minor=1)
    assert Amendment.objects.count() == 1


def test_decline_ends_the_order_with_the_reason() -> None:
    trade = a_placed_order()
    amended(trade)
    order = decline_order(
        order_ref=trade.ref, reason="Sold out.\x00", actor=trade.supplier, key=new_key(), at=AT + days(1)
    )
    assert (order.state, order.ended_at) == ("declined", AT + days(1))
    assert order.transitions.get(to_state="declined").reason == "Sold out."
    assert Amendment.objects.get().state == "superseded"
    assert not Deadline.objects.filter(root=order.ref, state="open").exists()


def test_decline_without_a_reason_is_refused() -> None:
    trade = a_placed_order()
    with pytest.raises(MissingText):
        decline_order(order_ref=trade.ref, reason="  ", actor=trade.supplier, key=new_key(), at=AT)
    _unchanged(trade)


Answer = Callable[[Trade, Actor], object]


def _decline(trade: Trade, actor: Actor) -> object:
    return decline_order(order_ref=trade.ref, reason="No.", actor=actor, key=new_key(), at=AT)


def _withdraw(trade: Trade, actor: Actor) -> object:
    return withdraw_order(order_ref=trade.ref, actor=actor, key=new_key(), at=AT)


@pytest.mark.parametrize(("answer", "right_side"), [(_decline, "supplier"), (_withdraw, "buyer")])
def test_answers_of_the_wrong_side_role_or_company_are_refused(answer: Answer, right_side: str) -> None:
    trade = a_placed_order()
    right = trade.order.supplier if right_side == "supplier" else trade.order.buyer
    wrong = trade.buyer if right_side == "supplier" else trade.supplier
    for actor in (wrong, a_member(right, "viewer"), a_member(right, "finance"), staff("disputes")):
        with pytest.raises(OrderNotYours):
            answer(trade, actor)
    with pytest.raises(NotFound):
        answer(trade, a_member())
    _unchanged(trade)


def test_withdraw_ends_a_placed_order_only() -> None:
    trade = a_placed_order()
    order = withdraw_order(order_ref=trade.ref, actor=trade.buyer, key=new_key(), at=AT + days(1))
    assert order.state == "cancelled"
    assert not Deadline.objects.filter(root=order.ref, state="open").exists()
    confirmed = a_confirmed_terms()
    with pytest.raises(Conflict):
        withdraw_order(order_ref=confirmed.ref, actor=confirmed.buyer, key=new_key(), at=AT + days(2))
    assert confirmed.again().state == "confirmed"


def test_withdraw_replayed_is_told_once() -> None:
    trade, key = a_placed_order(), new_key()
    for _time in range(3):
        withdraw_order(order_ref=trade.ref, actor=trade.buyer, key=key, at=AT + days(1))
    assert OutboxEvent.objects.filter(root=trade.ref, kind="order_cancelled").count() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"terms": {"total_minor": 1}},
        {"terms_hash": "0" * 64},
        {"total_minor": 1, "goods_minor": 1},
        {"commission_bps": 0},
        {"clocks": {}},
        {"ship_by": date(2027, 1, 1)},
        {"currency": "EUR"},
    ],
)
def test_a_contract_cannot_be_changed_even_by_sql(change: dict[str, Any]) -> None:
    trade = a_confirmed_terms()
    with pytest.raises(IntegrityError, match="order_terms_are_frozen"), transaction.atomic():
        Order.objects.filter(pk=trade.order.pk).update(**change)
    with pytest.raises(IntegrityError, match="order_lines_are_frozen"), transaction.atomic():
        trade.order.lines.update(quantity=1)
    assert trade.again().terms_hash == trade.order.terms_hash
