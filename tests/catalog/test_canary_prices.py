"""A planted price is read by those it is for and by nobody else: pages, interface, alerts, mails, events, logs."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from catalog import operations
from catalog.alerts import look_for_new_offers
from catalog.models import BuyerGroup, Product, SavedSearchFound, SearchChange, SearchEntry
from catalog.operations.searching import saved_searches
from catalog.rules.buyer_groups import GroupFacts
from marketplace.accounts.models import Company
from marketplace.core.ids import new_key
from marketplace.core.models import OutboxEvent
from marketplace.core.outbox import deliver_due
from marketplace.notifications.models import Notification
from marketplace.notifications.tasks import send_mail
from tests.factories import AT
from tests.factories.accounts import a_company, owner_of, signed_in
from tests.factories.catalog import a_live_product
from tests.factories.price_lists import a_group_of, a_list_for

CANARY = "777.77"
NAME = "Canary circle"


def addresses(product: Product) -> list[str]:
    """Where a price could stand."""
    return [
        reverse("product", args=[product.ref, product.slug]),
        f"{reverse('search')}?q=rice&sort=price&price_max=800",
        f"{reverse('search_suggestions')}?q=rice",
        reverse("supplier", args=[product.supplier.ref]),
        "/api/v1/products/?price_max=2000&q=rice",
        f"/api/v1/products/{product.ref}/",
    ]


def grouped(product: Product, *members: Company, name: str = NAME) -> BuyerGroup:
    """A group of the product's supplier."""
    return a_group_of(product.supplier, *members, name=name)


@pytest.mark.django_db
def test_only_who_is_in_the_group_now_reads_its_price_and_nothing_that_is_kept_has_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    rice = a_live_product()
    member, former, other = a_company(), a_company(), a_company()
    group = grouped(rice, member, former)
    a_list_for(grouped(rice, other, name="Others"), rice, ("5", "900"))
    a_list_for(group, rice)
    operations.change_buyer_group(
        group_ref=group.ref,
        facts=GroupFacts(NAME, (member.ref,)),
        revision=group.revision,
        actor=owner_of(rice.supplier),
        key=new_key(),
        at=AT,
    )
    readers = {
        "nobody": Client(),
        "former": signed_in(owner_of(former)),
        "other": signed_in(owner_of(other)),
        "supplier": signed_in(owner_of(rice.supplier)),
    }
    friend = signed_in(owner_of(member))
    with caplog.at_level(logging.DEBUG):
        own = [CANARY in friend.get(address).content.decode() for address in addresses(rice)]
        assert own == [True, True, False, True, True, True]  # suggestions say no price
        for who, reader in readers.items():
            for address in addresses(rice):
                body = reader.get(address).content.decode()
                assert CANARY not in body, (who, address)
                assert who == "supplier" or NAME not in body, (who, address)
    assert CANARY not in caplog.text
    for model in (SearchEntry, SearchChange, OutboxEvent):
        assert not any(CANARY in str(row) for row in model.objects.values())
    assert CANARY not in str(vars(cache).get("_cache", ""))


@pytest.mark.django_db
def test_an_alert_counts_with_the_prices_of_whoever_keeps_the_search_and_its_mail_says_none() -> None:
    member, rival = a_company(), a_company()
    for buyer in (member, rival):
        saved_searches.save_search(
            name="Cheap rice", address="q=rice&price_max=800", actor=owner_of(buyer), at=AT
        )
    rice = a_live_product(at=AT + timedelta(hours=12))
    a_list_for(grouped(rice, member), rice)
    morning = AT + timedelta(days=1)
    assert look_for_new_offers(at=morning) == 1
    [found] = SavedSearchFound.objects.select_related("search")
    assert found.search.company == member
    deliver_due(at=morning)
    Notification.objects.filter(channel="mail").update(wake_at=AT)
    send_mail()
    sent = [message for message in mail.outbox if "Cheap rice" in message.subject]
    assert [message.to for message in sent] == [[found.search.user.email]]
    assert not any(CANARY in f"{message.subject}{message.body}" for message in mail.outbox)
    assert not any(CANARY in str(row) for row in Notification.objects.values())
