"""Searches that people keep: theirs alone, told of what is new once, stopped by whoever holds the mail's link."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from catalog import operations
from catalog.alerts import look_for_new_offers
from catalog.errors import SavedSearchNotFound, TooManySavedSearches
from catalog.models import SavedSearch, SavedSearchFound
from catalog.operations.searching import saved_searches
from catalog.queries.searching.saved_searches import saved_searches as lines
from marketplace.accounts.models import Company
from marketplace.core.actors import Actor
from marketplace.core.ids import new_key
from marketplace.core.outbox import deliver_due
from marketplace.notifications.models import Notification
from marketplace.notifications.tasks import send_mail
from tests.factories import AT
from tests.factories.accounts import a_company, a_member, owner_of, signed_in
from tests.factories.catalog import a_live_product

pytestmark = pytest.mark.django_db

LATER = AT + timedelta(days=1)
MORNING = AT + timedelta(days=1, hours=1)


def kept(
    buyer: Company | None = None, address: str = "q=rice", actor: Actor | None = None, at: datetime = AT
) -> SavedSearch:
    actor = actor or owner_of(buyer or a_company())
    return saved_searches.save_search(name="Rice", address=address, actor=actor, at=at)


def told() -> list[str]:
    """What stands on the bell, oldest first."""
    deliver_due(at=MORNING)
    return list(Notification.objects.filter(channel="page").order_by("pk").values_list("title", flat=True))


def test_new_offers_are_told_once_and_old_ones_never() -> None:
    a_live_product(title="Old rice", at=AT - timedelta(hours=1))
    search = kept()
    assert look_for_new_offers(at=AT) == 0
    fresh = a_live_product(title="Fresh rice", at=LATER)
    assert look_for_new_offers(at=MORNING) == 1
    assert look_for_new_offers(at=MORNING) == 0
    assert look_for_new_offers(at=MORNING + timedelta(hours=1)) == 0
    assert list(SavedSearchFound.objects.values_list("search", "product")) == [(search.pk, fresh.pk)]
    assert [title for title in told() if "new offer" in title] == ["1 new offer for “Rice”"]


def test_only_what_answers_the_question_is_told() -> None:
    kept(address="q=rice&origin=VN")
    kept(address="category=rice", buyer=a_company())
    a_live_product(title="Indian rice", at=LATER)
    assert look_for_new_offers(at=MORNING) == 1


@pytest.mark.parametrize("how", ["own", "paused", "without alerts"])
def test_no_news(how: str) -> None:
    buyer = a_company()
    search = kept(buyer)
    supplier = buyer if how == "own" else a_company()
    product = a_live_product(supplier, title="Fresh rice", at=LATER)
    if how == "paused":
        operations.pause_product(product_ref=product.ref, actor=owner_of(supplier), key=new_key(), at=LATER)
    if how == "without alerts":
        saved_searches.set_alerts(ref=search.ref, alerts=False, actor=owner_of(buyer), at=AT)
    assert look_for_new_offers(at=MORNING) == 0
    assert not SavedSearchFound.objects.exists()


def test_what_left_the_market_before_the_mail_is_not_told() -> None:
    kept()
    product = a_live_product(title="Fresh rice", at=LATER)
    assert look_for_new_offers(at=MORNING) == 1
    operations.pause_product(
        product_ref=product.ref, actor=owner_of(product.supplier), key=new_key(), at=LATER
    )
    assert [title for title in told() if "new offer" in title] == []


def test_who_left_the_company_is_told_nothing() -> None:
    buyer = a_company()
    colleague = a_member(buyer, "purchasing")
    kept(actor=colleague)
    a_live_product(title="Fresh rice", at=LATER)
    from_now = buyer.members.get(user__pk=colleague.user_id or 0)
    from_now.left_at = LATER
    from_now.save()
    look_for_new_offers(at=MORNING)
    assert [title for title in told() if "new offer" in title] == []


def test_the_mail_leads_to_the_offer_and_its_link_stops_the_mails(client: Client) -> None:
    search = kept()
    product = a_live_product(title="Fresh rice", at=LATER)
    look_for_new_offers(at=MORNING)
    deliver_due(at=MORNING)
    Notification.objects.filter(channel="mail").exclude(title__contains="new offer").delete()
    Notification.objects.filter(channel="mail").update(wake_at=AT)
    send_mail()
    [message] = mail.outbox
    assert f", {product.supplier.legal_name}: http" in str(message.body)
    assert f"/products/{product.ref}/" in message.body
    found = re.search(r"/searches/stop/[^\s]+", str(message.body))
    assert found is not None
    assert b"Stop these mails" in client.get(found.group()).content  # opened by a program: nothing happens
    search.refresh_from_db()
    assert search.alerts
    assert b"No more mails" in client.post(found.group()).content
    assert not SavedSearch.objects.get(pk=search.pk).alerts
    search.delete()  # forgotten since: whoever finds an old mail must not be told that something is wrong
    assert b"No more mails" in client.post(found.group()).content


def test_a_search_saved_from_words_is_named_in_one_pair_of_quotes() -> None:
    saved_searches.save_search(
        name="“rice” · Origin India", address="q=rice", actor=owner_of(a_company()), at=AT
    )
    a_live_product(title="Fresh rice", at=LATER)
    look_for_new_offers(at=MORNING)
    assert [title for title in told() if "new offer" in title] == ["1 new offer for “rice” · Origin India"]


def test_a_forged_link_stops_nothing(client: Client) -> None:
    search = kept()
    token = saved_searches.stop_token(search.ref)
    for forged in (search.ref, f"{token}x", token.replace(search.ref, "sav_000000000000")):
        assert client.post(reverse("saved_search_stop", args=[forged])).status_code == 404
    search.refresh_from_db()
    assert search.alerts


def test_a_search_is_its_persons_alone() -> None:
    buyer = a_company()
    search = kept(buyer)
    for other in (a_member(buyer, "purchasing"), owner_of(a_company())):
        browser = signed_in(other)
        assert search.name not in browser.get("/searches/").content.decode().split("<main")[1]
        for step in ("stop", "start", "forget"):
            assert browser.post(f"/searches/{search.ref}/", {"step": step}).status_code == 404
    with pytest.raises(SavedSearchNotFound):
        saved_searches.forget_search(ref=search.ref, actor=owner_of(a_company()))
    search.refresh_from_db()
    assert search.alerts


def test_saving_again_keeps_one_and_too_many_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved_searches, "MAXIMUM_SAVED", 2)
    actor = owner_of(a_company())
    assert kept(actor=actor) == kept(actor=actor)
    kept(actor=actor, address="q=tea")
    with pytest.raises(TooManySavedSearches):
        kept(actor=actor, address="q=coffee")
    assert SavedSearch.objects.count() == 2


def test_a_person_saves_from_the_results_and_manages_the_list() -> None:
    browser = signed_in(owner_of(a_company()))
    a_live_product()
    page = browser.get("/categories/rice/?origin=IN&sort=price&cursor=x&wrong=1").content.decode()
    address = re.search(r'name="address" value="([^"]*)"', page)
    assert address is not None
    assert address.group(1).replace("&amp;", "&") == "origin=IN&category=rice"
    browser.post("/searches/", {"address": "q=rice&origin=IN&evil=1&sort=price", "name": "My <rice>"})
    search = SavedSearch.objects.get()
    assert search.address == "q=rice&origin=IN"
    listed = browser.get("/searches/").content.decode()
    assert "My &lt;rice&gt;" in listed
    browser.post(f"/searches/{search.ref}/", {"step": "stop"})
    search.refresh_from_db()
    assert not search.alerts
    browser.post(f"/searches/{search.ref}/", {"step": "forget"})
    assert not SavedSearch.objects.exists()
    refused = browser.post("/searches/", {"address": "sort=price", "name": ""}, follow=True)
    assert "neither words nor filters" in refused.content.decode()
    assert not SavedSearch.objects.exists()


def test_visitors_are_not_offered_to_save(client: Client) -> None:
    a_live_product()
    assert "Save this search" not in client.get("/search/?q=rice").content.decode()


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_takes_the_same_statements_for_one_and_for_three(
    django_assert_num_queries: DjangoAssertNumQueries, number: int
) -> None:
    actor = owner_of(a_company())
    for place in range(number):
        kept(actor=actor, address=f"q=rice{place}")
    with django_assert_num_queries(1):
        assert len(lines(actor)) == number
