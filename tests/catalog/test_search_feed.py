"""The feed of changes: everything that an index must look at again is in it, whatever the order of commits."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from catalog.models import Product, SearchChange, SearchEntry, SupplierFacts
from catalog.operations import pause_product, refresh_search, resume_product, set_listing_visibility
from catalog.operations.searching.texts_anew import texts_anew
from catalog.search.feed import Position, changes_since, is_whole_since, present_position, waits
from catalog.states import ListingVisibility
from marketplace.accounts.models import Company
from marketplace.accounts.states import VerificationState
from marketplace.core.ids import new_key
from tests.factories import AT, days
from tests.factories.accounts import a_company, owner_of
from tests.factories.catalog import a_draft, a_live_product


def noted() -> list[int]:
    """The products in the feed, and the feed emptied."""
    found = sorted(SearchChange.objects.values_list("product_id", flat=True))
    SearchChange.objects.all().delete()
    return sorted(set(found))


@pytest.fixture
def rice(db: None) -> Product:
    product = a_live_product()
    noted()
    return product


def test_each_step_of_a_product_is_noted(rice: Product) -> None:
    seller = owner_of(rice.supplier)
    pause_product(product_ref=rice.ref, actor=seller, key=new_key(), at=AT)
    assert noted() == [rice.pk]
    resume_product(product_ref=rice.ref, actor=seller, key=new_key(), at=AT)
    assert noted() == [rice.pk]
    Product.objects.get(pk=rice.pk).search_entry.delete()
    assert noted() == [rice.pk]


def test_a_draft_is_nobodys_business(db: None) -> None:
    a_draft()
    assert noted() == []


def test_a_new_name_a_verification_and_a_visibility_are_noted(rice: Product) -> None:
    other = a_live_product(a_company("Another House"))
    noted()
    mine = Company.objects.filter(pk=rice.supplier_id)
    mine.update(legal_name="New Name Ltd")
    assert noted() == [rice.pk]
    mine.update(state=VerificationState.VERIFIED, verified_at=AT, verified_until=AT + days(365))
    assert noted() == [rice.pk]
    mine.update(state=VerificationState.EXPIRED)
    assert noted() == [rice.pk]
    mine.update(city="Karnal")
    assert noted() == []
    set_listing_visibility(supplier_id=rice.supplier_id, visibility=ListingVisibility.HIDDEN, at=AT)
    assert noted() == [rice.pk]
    set_listing_visibility(supplier_id=rice.supplier_id, visibility=ListingVisibility.HIDDEN, at=AT)
    assert noted() == []
    set_listing_visibility(supplier_id=rice.supplier_id, visibility=ListingVisibility.FULL, at=AT)
    assert noted() == [rice.pk]
    assert SupplierFacts.objects.count() == 1
    assert other.supplier_id != rice.supplier_id


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_change_that_commits_late_is_not_missed() -> None:
    """The slow one has the lower numbers and becomes visible after the quick one was read."""
    slow, quick = a_live_product(), a_live_product()
    SearchEntry.objects.update(recipe="old")
    # Read up to here: what is open in another database of the server may hold the horizon back.
    start = changes_since(present_position())
    other = connection.copy()
    note = "UPDATE catalog_searchentry SET origin = origin WHERE product_id = %s"
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute(note, [slow.pk])
        with connection.cursor() as cursor:
            cursor.execute(note, [quick.pk])
        first = changes_since(start.position, start.rows)
        assert first.product_ids == (quick.pk,)
        again = changes_since(first.position, first.rows)
        assert not waits(again.position, 0)
        assert again.product_ids == ()  # what is known is not done twice while the other one stays open
        # Who makes texts anew waits for nobody, leaves what somebody is writing to him, and notes nothing for the rest.
        assert [piece.looked_at for piece in texts_anew()] == [2]
        assert list(SearchEntry.objects.filter(recipe="old").values_list("pk", flat=True)) == [slow.pk]
        other.commit()
        assert waits(again.position, 0)  # though its number is lower than one that was read
        late = changes_since(again.position, again.rows)
        assert late.product_ids == (slow.pk,)
        # A follower that was killed in between knows only its number: it reads one row twice and misses none.
        assert set(changes_since(first.position).product_ids) == {slow.pk, quick.pk}
        assert changes_since(late.position, late.rows).product_ids == ()
        assert not waits(late.position, 0)
    finally:
        other.close()


def test_old_changes_are_forgotten_and_a_follower_left_behind_is_told(rice: Product) -> None:
    left_behind = present_position()
    seller = owner_of(rice.supplier)
    pause_product(product_ref=rice.ref, actor=seller, key=new_key(), at=AT)
    [change] = SearchChange.objects.all()
    assert waits(left_behind, 0)
    assert not waits(left_behind, 60)
    assert not waits(Position(left_behind.horizon, change.pk, left_behind.snapshot), 0)
    refresh_search(at=change.noted_at + days(2))
    assert is_whole_since(left_behind)
    assert SearchChange.objects.count() == 1
    refresh_search(at=change.noted_at + days(3) + timedelta(seconds=1))
    assert not is_whole_since(left_behind)
    assert SearchChange.objects.count() == 0
    assert not is_whole_since(present_position())  # this test's own transaction is still open
