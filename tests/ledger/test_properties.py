"""Random walks over the books against a plain model: whatever is tried, money is conserved and floors hold."""

from __future__ import annotations

from collections import Counter

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketplace.core.money import Money
from tests.factories import AT
from tests.factories.ledger import book
from trade_assurance.ledger import operations, queries
from trade_assurance.ledger.books import discrepancies
from trade_assurance.ledger.errors import BalanceTooLow, PostingRefused
from trade_assurance.ledger.operations import EntrySpec, credit
from trade_assurance.ledger.states import NEVER_NEGATIVE_KINDS, AccountKind

pytestmark = pytest.mark.django_db(transaction=True)

ACCOUNTS = st.tuples(
    st.sampled_from(list(AccountKind)), st.sampled_from(["a", "b"]), st.sampled_from(["USD", "JPY", "KWD"])
)
LEGS = st.lists(
    st.tuples(ACCOUNTS, ACCOUNTS, st.integers(min_value=1, max_value=500)), min_size=1, max_size=4
)


def entries_of(
    legs: list[tuple[tuple[AccountKind, str, str], tuple[AccountKind, str, str], int]],
) -> list[EntrySpec]:
    """Each leg moves an amount from its first account to its second, in the first one's currency."""
    entries = []
    for (from_kind, from_owner, currency), (to_kind, to_owner, _), amount in legs:
        entries.append(credit(from_kind, from_owner, Money(-amount, currency)))
        entries.append(credit(to_kind, to_owner, Money(amount, currency)))
    return entries


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(walk=st.lists(LEGS, min_size=1, max_size=8), snapshot_after=st.integers(min_value=0, max_value=7))
def test_random_walks_agree_with_the_model(
    walk: list[list[tuple[tuple[AccountKind, str, str], tuple[AccountKind, str, str], int]]],
    snapshot_after: int,
) -> None:
    with transaction.atomic():
        model: Counter[tuple[str, str, str]] = Counter()
        for number, legs in enumerate(walk):
            entries = entries_of(legs)
            after = model.copy()
            for entry in entries:
                after[entry.account.kind, entry.account.owner, entry.account.currency] += entry.amount_minor
            too_low = any(
                amount < 0 and kind in NEVER_NEGATIVE_KINDS for (kind, _, _), amount in after.items()
            )
            if too_low:
                with pytest.raises(BalanceTooLow), transaction.atomic():
                    book(*entries)
            else:
                book(*entries)
                model = after
            if number == snapshot_after:
                operations.take_snapshots(at=AT)
        for (kind, owner, currency), amount in model.items():
            assert queries.balance(kind, owner, currency) == Money(amount, currency)
        totals: Counter[str] = Counter()
        for line in queries.trial_balance():
            totals[line.currency] += line.total.amount_minor
        assert set(totals.values()) <= {0}
        assert list(discrepancies()) == []
        transaction.set_rollback(True)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(legs=LEGS, off_by=st.integers(min_value=-3, max_value=3).filter(bool))
def test_one_unit_off_is_refused(
    legs: list[tuple[tuple[AccountKind, str, str], tuple[AccountKind, str, str], int]], off_by: int
) -> None:
    entries = [*entries_of(legs), credit(AccountKind.SUSPENSE, "off", Money(off_by, "USD"))]
    with pytest.raises(PostingRefused):
        book(*entries)
