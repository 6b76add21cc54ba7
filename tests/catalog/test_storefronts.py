"""Storefronts: arranged by their supplier, seen at once, read by moderators; facts only where there are enough."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from catalog import operations
from catalog.errors import ChangedMeanwhile, FieldErrors, NotASupplier, StorefrontNotFound, TooManyImages
from catalog.models import Storefront, StorefrontChange
from catalog.queries.suppliers.facts import ENOUGH_ORDERS
from catalog.queries.suppliers.storefronts import storefront_of, storefronts_to_read
from catalog.rules.storefront import SECTIONS, StorefrontFacts, all_sections, checked_storefront, moved
from marketplace.accounts.models import Company
from marketplace.core.actors import Actor
from marketplace.core.countries import country_codes
from marketplace.core.errors import Conflict, DomainError, NotAllowed
from marketplace.core.ids import new_key
from marketplace.core.outbox import deliver_due
from marketplace.core.regions import REGIONS
from marketplace.notifications.models import Notification
from tests.factories import AT
from tests.factories.accounts import a_company, owner_of, signed_in, staff
from tests.factories.catalog import MODERATOR, a_live_product
from tests.factories.files import a_picture, picture_bytes

STORY = "Three generations of **basmati**.\n\n- two mills\n- one laboratory"
FACTS = StorefrontFacts(story=STORY, people=74, capacity="9,000 t a year", markets=("DE", "AE"))


def arrange(company: Company, facts: StorefrontFacts = FACTS, **more: Any) -> Storefront:
    actor = more.pop("actor", None) or owner_of(company)
    defaults: dict[str, Any] = {"key": new_key(), "at": AT}
    return operations.edit_storefront(
        supplier_id=company.pk, facts=facts, actor=actor, **{**defaults, **more}
    )


def a_place(company: Company, caption: str = "The mill", colour: str = "teal") -> str:
    picture = operations.add_storefront_picture(
        supplier_id=company.pk,
        upload=picture_bytes(colour=colour),
        caption=caption,
        actor=owner_of(company),
        key=new_key(),
        at=AT,
    )
    return picture.file.ref


def read(company: Company, client: Client | None = None, **query: str) -> str:
    response = (client or Client()).get(reverse("supplier", args=[company.ref]), query)
    assert response.status_code == 200
    return str(response.content.decode()).replace("\u00a0", " ")


def hide(company: Company, reason: str = "The pictures show somebody else's mill") -> None:
    operations.hide_storefront(supplier_ref=company.ref, reason=reason, actor=MODERATOR, key=new_key(), at=AT)


def confirm(company: Company, revision: int) -> None:
    operations.confirm_storefront(
        supplier_ref=company.ref, revision=revision, actor=MODERATOR, key=new_key(), at=AT
    )


# --- rules -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        (StorefrontFacts(story="x" * 8_001), "story"),
        (StorefrontFacts(capacity="x" * 201), "capacity"),
        (StorefrontFacts(people=0), "people"),
        (StorefrontFacts(markets=("DE", "XX")), "markets"),
    ],
)
def test_what_cannot_be_shown_is_refused(facts: StorefrontFacts, field: str) -> None:
    with pytest.raises(FieldErrors) as refused:
        checked_storefront(facts)
    assert set(refused.value.errors) == {field}


def test_sections_are_all_there_once_in_the_order_chosen() -> None:
    assert all_sections(("markets", "nonsense", "markets", "story"))[:2] == ("markets", "story")
    assert sorted(all_sections(("markets",))) == sorted(SECTIONS)
    assert moved(SECTIONS, SECTIONS[1], -1)[:2] == (SECTIONS[1], SECTIONS[0])
    assert moved(SECTIONS, SECTIONS[0], -1) == SECTIONS
    assert moved(SECTIONS, SECTIONS[-1], 1) == SECTIONS
    assert moved(SECTIONS, "nonsense", 1) == SECTIONS


# --- writing ---------------------------------------------------------------------


@pytest.mark.django_db
def test_arranging_is_seen_at_once_and_waits_for_a_moderators_look() -> None:
    company = a_live_product().supplier
    key = new_key()
    arrange(company, key=key)
    arrange(company, key=key)
    arrange(company)  # nothing new writes nothing
    [change] = StorefrontChange.objects.all()
    assert (change.revision, change.after["capacity"]) == (1, "9,000 t a year")
    page = read(company)
    assert "<strong>basmati</strong>" in page
    assert "9,000 t a year" in page
    assert "Germany, United Arab Emirates" in page
    [row] = storefronts_to_read()
    assert (row.supplier, row.is_hidden) == (company.legal_name, False)
    confirm(company, 1)
    assert storefronts_to_read() == ()


@pytest.mark.django_db
def test_markets_people_and_order_need_no_look() -> None:
    company = a_live_product().supplier
    arrange(company)
    confirm(company, 1)
    checked = checked_storefront(FACTS)
    changed = StorefrontFacts(checked.story, 80, checked.capacity, ("FR",), ("offers", "markets"))
    assert arrange(company, changed).changed_since_review_at is None
    page = read(company)
    assert page.index('id="offers"') < page.index('id="markets"') < page.index('id="story"')


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"actor": "stranger"}, NotAllowed),
        ({"actor": "finance"}, NotAllowed),
        ({"revision": 7}, ChangedMeanwhile),
        ({"facts": StorefrontFacts(markets=("XX",))}, FieldErrors),
    ],
)
def test_a_refused_arranging_leaves_everything_as_it_was(
    more: dict[str, Any], error: type[DomainError]
) -> None:
    company = a_company()
    more = dict(more)
    if more.get("actor") == "stranger":
        more["actor"] = owner_of(a_company("Somebody else"))
    if more.get("actor") == "finance":
        more["actor"] = Actor.user(
            user_id=0, name="F", company_id=company.pk, company_name="K", role="finance"
        )
    with pytest.raises(error):
        arrange(company, **more)
    assert not StorefrontChange.objects.exists()


@pytest.mark.django_db
def test_a_company_that_only_buys_has_no_storefront() -> None:
    company = a_company(sells=False)
    with pytest.raises(NotASupplier):
        arrange(company)
    assert not Storefront.objects.exists()


@pytest.mark.django_db
def test_pictures_stand_in_their_order_with_captions_and_are_served() -> None:
    company = a_live_product().supplier
    mill, field = a_place(company), a_place(company, "The fields", "olive")
    owner = owner_of(company)
    operations.move_storefront_picture(
        supplier_id=company.pk, file_ref=field, to_position=1, actor=owner, at=AT
    )
    operations.caption_storefront_picture(
        supplier_id=company.pk, file_ref=mill, caption="  Our mill\n", actor=owner, at=AT
    )
    assert [picture.caption for picture in storefront_of(company.pk).pictures] == ["The fields", "Our mill"]
    address = reverse("product_image", args=[field, "card"])
    assert Client().get(address).status_code == 200
    deliver_due(at=AT)
    made = Client().get(reverse("product_image_as", args=[field, "card", "avif"]))
    assert (made.status_code, made.headers["Content-Type"]) == (200, "image/avif")
    assert page_images(read(company)) == 2
    with pytest.raises(StorefrontNotFound):
        operations.caption_storefront_picture(
            supplier_id=company.pk, file_ref="fil_none", caption="", actor=owner, at=AT
        )
    operations.remove_storefront_picture(supplier_id=company.pk, file_ref=field, actor=owner, at=AT)
    assert [picture.position for picture in storefront_of(company.pk).pictures] == [1]
    assert Client().get(address).status_code == 404


def page_images(page: str) -> int:
    return page.count('class="places__picture"')


@pytest.mark.django_db
def test_the_thirteenth_picture_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("catalog.operations.suppliers.storefronts.MAXIMUM_PICTURES", 1)
    company = a_company()
    a_place(company)
    with pytest.raises(TooManyImages):
        a_place(company, colour="red")
    assert len(storefront_of(company.pk).pictures) == 1


@pytest.mark.django_db
def test_a_hidden_storefront_is_its_suppliers_and_the_moderators_until_it_is_shown_again() -> None:
    company = a_live_product().supplier
    arrange(company)
    place = a_place(company)
    hide(company)
    page = read(company)
    assert "basmati</strong>" not in page
    assert "1121 Steam Basmati Rice" in page  # its offers stay
    address = reverse("product_image", args=[place, "card"])
    assert Client().get(address).status_code == 404
    assert signed_in(owner_of(company)).get(address).headers["Cache-Control"] == "private, no-store"
    deliver_due(at=AT)
    told = Notification.objects.filter(title="Your storefront is hidden from buyers").first()
    assert told is not None
    assert "somebody else's mill" in told.body
    edited = arrange(company, StorefrontFacts(story="Our own words now."))
    with pytest.raises(ChangedMeanwhile):
        confirm(company, edited.revision - 1)
    assert "Our own words now." not in read(company)
    confirm(company, edited.revision)
    assert "Our own words now." in read(company)
    with pytest.raises(Conflict):
        confirm(company, edited.revision)


@pytest.mark.django_db
def test_a_moderator_of_the_supplier_decides_nothing_about_it() -> None:
    company = a_company()
    arrange(company)
    own = Actor.user(user_id=0, name="M", desks=frozenset({"moderation"}), member_of=frozenset({company.pk}))
    with pytest.raises(NotAllowed):
        operations.hide_storefront(supplier_ref=company.ref, reason="No", actor=own, key=new_key(), at=AT)
    assert Storefront.objects.get().hidden_at is None


# --- pages -----------------------------------------------------------------------


@pytest.mark.django_db
def test_the_workbench_saves_previews_and_moves_parts() -> None:
    company = a_live_product().supplier
    client = signed_in(owner_of(company))
    address = reverse("workbench_storefront")
    typed = {
        "story": STORY, "people": "74", "capacity": "", "markets": ["DE"], "sections": ",".join(SECTIONS),
        "revision": "0", "idempotency_key": new_key(),
    }  # fmt: skip
    preview = client.post(address, {**typed, "step": "preview"})
    assert preview.status_code == 200
    assert "Preview: nothing is saved yet" in preview.content.decode()
    assert "<strong>basmati</strong>" in preview.content.decode()
    assert not Storefront.objects.exists()
    saved = client.post(address, {**typed, "step": "down:story", "images": [a_picture()]})
    assert saved.status_code == 302
    row = Storefront.objects.get()
    assert (row.sections[:2], row.people, row.pictures.count()) == (["pictures", "story"], 74, 1)
    refused = client.post(address, {**typed, "idempotency_key": new_key(), "step": "save"})
    assert refused.status_code == 422  # an older revision: what was typed stays
    assert "two mills" in refused.content.decode()
    assert '<summary>Europe <span class="soft small">1 chosen</span></summary>' in refused.content.decode()
    assert sorted(code for codes in REGIONS.values() for code in codes) == sorted(country_codes())
    desk = signed_in(staff("moderation"))
    assert company.legal_name in desk.get(reverse("desk_storefronts")).content.decode()
    assert "two mills" in desk.get(reverse("desk_storefront", args=[company.ref])).content.decode()


@pytest.mark.django_db
def test_offers_are_filtered_by_words_and_category() -> None:
    company = a_company()
    a_live_product(company)
    a_live_product(company, title="Turmeric fingers", category_code="spices", hs_code="0910.30")
    a_live_product(title="Rice of another house")
    assert ("Turmeric" in read(company), "another house" in read(company)) == (True, False)
    found = read(company, q="turmeric")
    assert ("Turmeric fingers" in found, "1121 Steam" in found) == (True, False)
    by_category = read(company, category="rice")
    assert ("Turmeric fingers" in by_category, "1121 Steam" in by_category) == (False, True)
    assert "None of this supplier" in read(company, q="zzzz", category="rice")


@pytest.mark.django_db
def test_shares_need_enough_orders_and_say_how_many() -> None:
    company = a_live_product().supplier

    def told(completed: int) -> str:
        operations.record_supplier_facts(
            supplier_id=company.pk,
            orders_completed=completed,
            on_time_bps=9_000,
            disputes_bps=100,
            answers_in_hours=5,
            first_completed_at=AT,
            at=AT,
        )
        return read(company)

    few = told(ENOUGH_ORDERS - 1)
    assert ("Shipped on time" in few, "Answers orders in" in few, "from 3 completed orders on" in few) == (
        False,
        True,
        True,
    )
    enough = told(ENOUGH_ORDERS)
    assert "Shipped on time" in enough
    assert "From the books of 3 completed orders since" in enough


@pytest.mark.django_db
def test_machines_are_told_what_the_supplier_states() -> None:
    company = a_live_product().supplier
    arrange(company)
    a_place(company)
    script = re.search(r'<script type="application/ld\+json">(.*?)</script>', read(company))
    assert script is not None
    [organization] = [one for one in json.loads(script[1])["@graph"] if one["@type"] == "Organization"]
    assert organization["numberOfEmployees"] == {"@type": "QuantitativeValue", "value": 74}
    assert [one["name"] for one in organization["areaServed"]] == ["DE", "AE"]
    assert organization["description"].startswith("Three generations of basmati.")
    assert len(organization["image"]) == 1
