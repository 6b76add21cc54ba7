"""Two people at an inspection, a decision with costs, a bundle or the first key at the same moment: once each."""

from __future__ import annotations

from functools import partial

import pytest

from marketplace.core.ids import new_key
from tests.disputes.test_bundles import an_ended_case
from tests.disputes.test_cases import TOTAL, figures
from tests.disputes.test_inspections import an_inspected_case, decided, proposed
from tests.factories.disputes import DECIDED_AT, ESCALATED_AT, an_escalated_case, usd
from tests.factories.holds import pump
from tests.holds.races import at_once
from trade_assurance.disputes.models import Bundle, CostSettlement, Inspection, SigningKey
from trade_assurance.disputes.operations import answer_inspection, ask_bundle, execute_decision, waive_appeal
from trade_assurance.disputes.operations.signing import sign
from trade_assurance.disputes.states import InspectionState
from trade_assurance.holds.operations import accept_delivery

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


def test_an_inspection_agreed_while_it_is_withdrawn_has_one_end() -> None:
    trade, dispute = an_escalated_case()
    ref = proposed(dispute, trade.buyer)
    both = partial(answer_inspection, dispute_ref=dispute.ref, inspection_ref=ref, at=ESCALATED_AT)
    agreed, withdrawn = at_once(
        partial(both, answer=InspectionState.AGREED, actor=trade.supplier, key=new_key()),
        partial(both, answer=InspectionState.WITHDRAWN, actor=trade.buyer, key=new_key()),
    )
    assert sorted([agreed, withdrawn]) == ["done", "inspection_not_open"]
    assert Inspection.objects.get().state == ("agreed" if agreed == "done" else "withdrawn")


def test_costs_move_once_when_both_sides_and_the_clock_carry_a_decision_out() -> None:
    trade, dispute, officer = an_inspected_case()
    decided(dispute, officer, usd(450_000), usd(0))
    late = DECIDED_AT.replace(year=DECIDED_AT.year + 1)
    at_once(
        partial(waive_appeal, dispute_ref=dispute.ref, actor=trade.buyer, key=new_key(), at=DECIDED_AT),
        partial(waive_appeal, dispute_ref=dispute.ref, actor=trade.supplier, key=new_key(), at=DECIDED_AT),
        partial(execute_decision, dispute_ref=dispute.ref, at=late),
    )
    assert CostSettlement.objects.count() == 1
    assert figures(trade) == (TOTAL - 510_000, 0, 0, 510_000)


def test_costs_never_take_what_an_acceptance_releases_at_the_same_moment() -> None:
    trade, dispute, officer = an_inspected_case()
    decided(dispute, officer, usd(450_000), usd(0))
    at_once(
        partial(accept_delivery, order_ref=trade.ref, actor=trade.buyer, key=new_key(), at=DECIDED_AT),
        partial(execute_decision, dispute_ref=dispute.ref, at=DECIDED_AT),
    )
    pump(DECIDED_AT)
    settled = CostSettlement.objects.get()
    assert settled.from_held_minor in (0, 60_000)
    held, _frozen, released, refunded = figures(trade)
    assert refunded == 450_000 + settled.from_held_minor
    assert (held, released) == (0, TOTAL - refunded)


def test_first_key_and_bundles_asked_for_at_once_are_one() -> None:
    trade, dispute = an_ended_case()
    assert at_once(*[partial(sign, b"content", at=DECIDED_AT)] * 3) == ["done"] * 3
    assert SigningKey.objects.count() == 1
    asked = partial(ask_bundle, dispute_ref=dispute.ref, at=DECIDED_AT)
    assert at_once(partial(asked, actor=trade.buyer), partial(asked, actor=trade.buyer)) == ["done"] * 2
    assert Bundle.objects.filter(made_at__isnull=True).count() == 0
    assert Bundle.objects.values("file").distinct().count() == 1
