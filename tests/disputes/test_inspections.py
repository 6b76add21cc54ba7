"""Inspections by third parties: agreed or ordered, reported, and their cost borne by the loser to the last minor unit."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from marketplace.core.actors import Actor
from marketplace.core.errors import DomainError
from marketplace.core.ids import new_key
from marketplace.core.money import Money
from tests.disputes.test_cases import TOTAL, accept, figures, refused
from tests.factories import days
from tests.factories.accounts import signed_in
from tests.factories.disputes import (
    CLAIMED_AT,
    DECIDED_AT,
    ESCALATED_AT,
    a_claim,
    an_escalated_case,
    dispute_officer,
    usd,
)
from tests.factories.files import a_pdf
from tests.factories.holds import pump, sweep
from tests.factories.orders import Trade
from trade_assurance.disputes.models import CostSettlement, Dispute, Evidence, Inspection
from trade_assurance.disputes.operations import (
    answer_inspection,
    decide,
    propose_inspection,
    report_inspection,
    take_case,
    waive_appeal,
)
from trade_assurance.disputes.queries import case_page, effect_of
from trade_assurance.disputes.rules.inspections import Advanced, bearing, cost_plan, due_between
from trade_assurance.disputes.states import InspectionState

pytestmark = pytest.mark.django_db


def proposed(
    dispute: Dispute, actor: Actor, *, cost: Money | None = None, by: str = "buyer", **over: Any
) -> str:
    terms: dict[str, Any] = {"key": new_key(), "at": ESCALATED_AT, **over}
    return propose_inspection(
        dispute_ref=dispute.ref,
        inspector="SGS Chennai",
        task="Moisture and broken grain of 20 bags",
        cost=usd(60_000) if cost is None else cost,
        advanced_by=by,
        actor=actor,
        **terms,
    )


def answered(dispute: Dispute, ref: str, actor: Actor, answer: InspectionState, **over: Any) -> None:
    terms: dict[str, Any] = {"key": new_key(), "at": ESCALATED_AT, **over}
    answer_inspection(dispute_ref=dispute.ref, inspection_ref=ref, answer=answer, actor=actor, **terms)


def reported(dispute: Dispute, ref: str, actor: Actor, spent: Money, **over: Any) -> None:
    terms: dict[str, Any] = {"key": new_key(), "at": ESCALATED_AT, "files": [a_pdf("report.pdf")], **over}
    report_inspection(
        dispute_ref=dispute.ref,
        inspection_ref=ref,
        note="Broken grain 22 %",
        spent=spent,
        actor=actor,
        **terms,
    )


def an_inspected_case(by: str = "buyer", spent: Money | None = None) -> tuple[Trade, Dispute, Actor]:
    """Escalated, taken, with one inspection proposed by the buyer, agreed and reported at 600.00 USD."""
    trade, dispute = an_escalated_case()
    ref = proposed(dispute, trade.buyer, by=by)
    answered(dispute, ref, trade.supplier, InspectionState.AGREED)
    reported(dispute, ref, trade.buyer if by == "buyer" else trade.supplier, spent or usd(60_000))
    officer = dispute_officer()
    take_case(dispute_ref=dispute.ref, actor=officer, key=new_key(), at=ESCALATED_AT)
    sweep(DECIDED_AT)
    return trade, Dispute.objects.get(pk=dispute.pk), officer


def decided(dispute: Dispute, officer: Actor, refund: Money, release: Money) -> None:
    decide(
        dispute_ref=dispute.ref,
        refund=refund,
        release=release,
        reasons="As the report says.",
        actor=officer,
        key=new_key(),
        at=DECIDED_AT,
    )
    pump(DECIDED_AT)


def carried_out(trade: Trade, dispute: Dispute) -> CostSettlement | None:
    for actor in (trade.buyer, trade.supplier):
        waive_appeal(dispute_ref=dispute.ref, actor=actor, key=new_key(), at=DECIDED_AT)
    pump(DECIDED_AT)
    return CostSettlement.objects.filter(decision__dispute=dispute).first()


def test_cost_of_a_partial_outcome_moves_inside_the_claim_as_shown_before() -> None:
    trade, dispute, officer = an_inspected_case()
    page = case_page(dispute.ref, officer, DECIDED_AT, at_desk=True)
    effect = effect_of(page, refund=usd(300_000), release=usd(150_000))
    assert effect is not None
    assert effect.costs is not None
    # 3,000 of 4,500 went to the buyer: the supplier lost two thirds and bears 400 of the 600.
    assert [line.supplier for line in effect.costs.lines] == [usd(40_000)]
    assert (effect.whole.refund, effect.whole.release) == (usd(340_000), usd(110_000))
    decided(dispute, officer, usd(300_000), usd(150_000))
    assert figures(trade) == (TOTAL, 450_000, 0, 0)
    settled = carried_out(trade, dispute)
    assert settled is not None
    assert (settled.owed_to, settled.due_minor, settled.from_claim_minor) == ("buyer", 40_000, 40_000)
    assert figures(trade) == (TOTAL - 450_000, 0, 110_000, 340_000)
    shown = case_page(dispute.ref, trade.supplier, DECIDED_AT, at_desk=False).decisions[0]
    assert shown.refund == usd(300_000)
    assert shown.costs is not None
    assert shown.costs.due == usd(40_000)
    for reader, name in ((trade.buyer, "dispute"), (trade.supplier, "dispute"), (officer, "desk_dispute")):
        html = signed_in(reader).get(reverse(name, args=[dispute.ref])).content.decode()
        assert "Due to the buyer" in html
        assert "400.00" in html
    assert "600.00" in signed_in(trade.buyer).get(reverse("inspections", args=[dispute.ref])).content.decode()


def test_inspection_through_its_buttons() -> None:
    trade, dispute = an_escalated_case()
    buyer, supplier = signed_in(trade.buyer), signed_in(trade.supplier)
    terms = {"inspector": "SGS", "task": "Moisture", "currency": "KWD", "advanced_by": "supplier"}

    def press(client: Client, name: str, *args: str, **data: object) -> str:
        sent = {"idempotency_key": new_key(), **data}
        with time_machine.travel(ESCALATED_AT, tick=False):
            answer = client.post(reverse(name, args=[dispute.ref, *args]), sent, follow=True)
        assert answer.status_code in (200, 400)
        return answer.content.decode()

    assert "KWD has 3 decimals" in press(buyer, "inspection_propose", amount="60.0001", **terms)
    assert not Inspection.objects.exists()
    press(buyer, "inspection_propose", amount="60.001", **terms)
    row = Inspection.objects.get()
    assert row.cost == Money(60_001, "KWD")
    press(supplier, "inspection_agree", row.ref)
    html = press(supplier, "inspection_report", row.ref, note="Wet", spent="60.002", attachments=[a_pdf()])
    assert "60.001" in html
    press(supplier, "inspection_report", row.ref, note="Wet", spent="60", attachments=[a_pdf()])
    assert Inspection.objects.get().spent_minor == 60_000
    page = buyer.get(reverse("dispute", args=[dispute.ref])).content.decode()
    assert "Inspection report of a third party" in page


def test_supplier_that_loses_all_pays_the_buyer_out_of_what_the_order_still_holds() -> None:
    trade, dispute, officer = an_inspected_case()
    decided(dispute, officer, usd(450_000), usd(0))
    settled = carried_out(trade, dispute)
    assert settled is not None
    assert (settled.from_claim_minor, settled.from_held_minor) == (0, 60_000)
    assert figures(trade) == (TOTAL - 510_000, 0, 0, 510_000)


def test_nothing_is_taken_that_is_not_held_any_more_and_it_is_said() -> None:
    trade, dispute, officer = an_inspected_case()
    accept(trade)
    decided(dispute, officer, usd(450_000), usd(0))
    settled = carried_out(trade, dispute)
    assert settled is not None
    assert settled.outside_minor == 60_000
    assert figures(trade) == (0, 0, TOTAL - 450_000, 450_000)


def test_buyer_that_loses_pays_the_supplier_out_of_its_refund_only() -> None:
    trade, dispute, officer = an_inspected_case(by="supplier")
    decided(dispute, officer, usd(50_000), usd(400_000))
    settled = carried_out(trade, dispute)
    # 8/9 lost by the buyer: 533.33 due to the supplier, 500.00 of it from the refund.
    assert settled is not None
    assert (settled.owed_to, settled.due_minor, settled.from_claim_minor, settled.outside_minor) == (
        "supplier", 53_333, 50_000, 3_333,
    )  # fmt: skip
    assert figures(trade) == (TOTAL - 450_000, 0, 450_000, 0)


def test_carrying_out_twice_moves_the_cost_once() -> None:
    trade, dispute, officer = an_inspected_case()
    decided(dispute, officer, usd(450_000), usd(0))
    carried_out(trade, dispute)
    before = figures(trade)
    sweep(DECIDED_AT + days(30))
    assert CostSettlement.objects.count() == 1
    assert (before[3], figures(trade)[3]) == (510_000, 510_000)


def test_report_is_evidence_of_its_own_kind_and_costs_not_more_than_agreed() -> None:
    trade, dispute = a_claim()
    ref = proposed(dispute, trade.supplier, at=CLAIMED_AT)
    refused("inspection_not_open", lambda: reported(dispute, ref, trade.buyer, usd(1), at=CLAIMED_AT))
    answered(dispute, ref, trade.buyer, InspectionState.AGREED, at=CLAIMED_AT)
    refused(
        "inspection_cost_above_agreed",
        lambda: reported(dispute, ref, trade.buyer, usd(60_001), at=CLAIMED_AT),
    )
    refused(
        "inspection_report_missing",
        lambda: reported(dispute, ref, trade.buyer, usd(1), files=[], at=CLAIMED_AT),
    )
    refused("not_your_case_step", lambda: reported(dispute, ref, trade.supplier, usd(1), at=CLAIMED_AT))
    key = new_key()
    for _again in range(2):
        reported(dispute, ref, trade.buyer, usd(55_000), key=key, at=CLAIMED_AT)
    row = Evidence.objects.get(inspection__ref=ref)
    assert row.file is not None
    assert row.file.kind == "evidence"
    assert Inspection.objects.get(ref=ref).spent_minor == 55_000
    refused("inspection_not_open", lambda: reported(dispute, ref, trade.buyer, usd(1), at=CLAIMED_AT))


def test_only_the_other_side_answers_and_only_who_proposed_withdraws() -> None:
    trade, dispute = an_escalated_case()
    ref = proposed(dispute, trade.buyer)
    refused("not_your_case_step", lambda: answered(dispute, ref, trade.buyer, InspectionState.AGREED))
    refused("not_your_case_step", lambda: answered(dispute, ref, trade.supplier, InspectionState.WITHDRAWN))
    answered(dispute, ref, trade.supplier, InspectionState.DECLINED)
    refused("inspection_not_open", lambda: answered(dispute, ref, trade.supplier, InspectionState.AGREED))


def test_officer_in_charge_orders_without_consent_and_files_the_report() -> None:
    trade, dispute = an_escalated_case()
    officer = dispute_officer()
    refused("not_your_case_step", lambda: proposed(dispute, officer))
    take_case(dispute_ref=dispute.ref, actor=officer, key=new_key(), at=ESCALATED_AT)
    ref = proposed(dispute, officer, by="supplier")
    reported(dispute, ref, officer, usd(60_000))
    assert Inspection.objects.get(ref=ref).state == "reported"
    assert case_page(dispute.ref, trade.buyer, ESCALATED_AT, at_desk=False).officer_evidence.lines


def test_inspection_of_another_case_does_not_exist() -> None:
    trade, dispute = an_escalated_case()
    _theirs, other = an_escalated_case()
    ref = proposed(dispute, trade.buyer)
    with pytest.raises(DomainError) as caught:
        answered(other, ref, _theirs.supplier, InspectionState.AGREED)
    assert caught.value.code == "inspection_not_found"


def test_a_cost_in_another_currency_is_owed_outside_and_moves_nothing() -> None:
    trade, dispute = an_escalated_case()
    ref = proposed(dispute, trade.buyer, cost=Money(90_001, "JPY"))
    answered(dispute, ref, trade.supplier, InspectionState.AGREED)
    reported(dispute, ref, trade.buyer, Money(90_001, "JPY"))
    officer = dispute_officer()
    take_case(dispute_ref=dispute.ref, actor=officer, key=new_key(), at=ESCALATED_AT)
    sweep(DECIDED_AT)
    decided(dispute, officer, usd(300_000), usd(150_000))
    assert carried_out(trade, dispute) is None
    assert figures(trade) == (TOTAL - 450_000, 0, 150_000, 300_000)
    costs = case_page(dispute.ref, trade.buyer, DECIDED_AT, at_desk=False).decisions[0].costs
    assert costs is not None
    assert costs.lines[0].outside
    assert costs.lines[0].buyer + costs.lines[0].supplier == Money(90_001, "JPY")


def test_the_database_keeps_what_was_agreed() -> None:
    trade, dispute = an_escalated_case()
    ref = proposed(dispute, trade.buyer)
    for change in ({"cost_minor": 1}, {"advanced_by": "supplier"}, {"state": "reported"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Inspection.objects.filter(ref=ref).update(**change)


@given(cost=st.integers(0, 10**9), divided=st.integers(1, 10**12), share=st.integers(0, 10_000))
def test_bearing_and_plan_add_up_whatever_the_currency(cost: int, divided: int, share: int) -> None:
    refund = divided * share // 10_000
    borne = bearing(cost, refund_minor=refund, divided_minor=divided)
    assert borne.buyer_minor + borne.supplier_minor == cost
    assert min(borne.buyer_minor, borne.supplier_minor) >= 0
    assert abs(borne.supplier_minor * divided - cost * refund) <= divided
    for by in ("buyer", "supplier"):
        due = due_between([Advanced(cost, by)], refund_minor=refund, divided_minor=divided)
        release = divided - refund
        plan = cost_plan(due, refund_minor=refund, release_minor=release, room_minor=refund, free_minor=7)
        assert plan.from_claim_minor + plan.from_held_minor + plan.outside_minor == abs(due) == plan.due_minor
        assert 0 <= refund + plan.refund_shift_minor <= divided
        assert plan.from_held_minor <= 7


@pytest.mark.parametrize(
    ("cost", "refund", "divided", "buyer", "supplier"),
    [
        (100_001, 1, 3, 66_667, 33_334),  # JPY 100,001
        (1_000, 1, 3, 667, 333),  # KWD 1.000
        (1, 1, 2, 1, 0),
        (600, 0, 450, 600, 0),
        (600, 450, 450, 0, 600),
        (5, 0, 0, 3, 2),
    ],
)
def test_bearing_by_the_share_lost(cost: int, refund: int, divided: int, buyer: int, supplier: int) -> None:
    borne = bearing(cost, refund_minor=refund, divided_minor=divided)
    assert (borne.buyer_minor, borne.supplier_minor) == (buyer, supplier)
