"""Public figures: true sums, and nobody to be recognised, not by subtraction either."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from marketplace.core.ids import new_key
from tests.factories.disputes import CLAIMED_AT, a_claim, usd
from trade_assurance.disputes.operations import accept_claim, withdraw_claim
from trade_assurance.disputes.queries import statistics
from trade_assurance.disputes.rules.figures import outcome_of, publishable


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 12)), st.integers(3, 8))
def test_publishable_shows_no_group_below_the_smallest_and_loses_none(
    counts: dict[str, int], smallest: int
) -> None:
    groups = publishable(counts, smallest)
    names = [name for group in groups for name in group]
    assert len(names) == len(set(names))
    for group in groups:
        assert sum(counts[name] for name in group) >= smallest
    if groups:
        assert set(names) == set(counts)
    else:
        assert sum(counts.values()) < smallest or not counts


@pytest.mark.parametrize(
    ("state", "refund", "expected"),
    [
        ("settled", 5, "agreed"),
        ("withdrawn", 0, "withdrawn"),
        ("charged_back", 0, "charged_back"),
        ("closed", 0, "for_supplier"),
        ("closed", 10, "for_buyer"),
        ("closed", 4, "divided"),
    ],
)
def test_outcome_is_read_from_how_the_case_ended(state: str, refund: int, expected: str) -> None:
    assert outcome_of(state, 10, refund) == expected


@pytest.mark.django_db
def test_figures_are_hidden_below_five_cases_and_add_up_from_then_on() -> None:
    at = CLAIMED_AT
    for number in range(5):
        trade, dispute = a_claim(amount=usd(10_000), reason="damage" if number < 3 else "quantity")
        early = statistics(at)
        assert (early.cases, early.groups) == (0, ())
        end = accept_claim if number % 2 else withdraw_claim
        actor = trade.supplier if number % 2 else trade.buyer
        end(dispute_ref=dispute.ref, actor=actor, key=new_key(), at=at)
    page = statistics(at)
    assert page.cases == 5
    for _title, lines in page.groups:
        assert [line.cases for line in lines] == [5]
        assert [line.share_bps for line in lines] == [10_000]
    body = Client().get(reverse("dispute_figures")).content.decode()
    assert "others, together" in body.lower()
    assert trade.order.number not in body
