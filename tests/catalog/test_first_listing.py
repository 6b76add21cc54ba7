"""What makes a first listing quick: sensible beginnings, a first price without its quantity, a submission from any page."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.urls import reverse

from catalog.models import KeptInput, Product
from catalog.queries.listings.bar import listing_bar
from catalog.queries.listings.first_facts import first_facts
from catalog.section_points import section_points
from marketplace.core.ids import new_key
from tests.catalog.test_workbench import editor, form_of, owner_client, text
from tests.factories.accounts import a_company, owner_of, signed_in
from tests.factories.catalog import a_draft, a_live_product

pytestmark = pytest.mark.django_db
SECTIONS = (
    "workbench_product_certificates",
    "workbench_offering",
    "workbench_lead_times",
    "workbench_languages",
    "workbench_goods_rules",
    "workbench_variants",
    "workbench_availability",
)


def test_a_new_listing_begins_as_the_last_one_was_and_a_first_one_in_its_country() -> None:
    supplier = a_company(country="CL")
    first = first_facts(supplier.pk)
    assert (first.origin, first.order_multiple) == ("CL", Decimal(1))
    a_draft(supplier, currency="EUR", origin="AR", named_place="Rosario")
    facts = first_facts(supplier.pk)
    assert (facts.origin, facts.currency, facts.incoterms_rule, facts.named_place) == (
        "AR",
        "EUR",
        "FOB",
        "Rosario",
    )
    page = text(signed_in(owner_of(supplier)).get(reverse("workbench_new")))
    assert 'value="Rosario"' in page
    assert not KeptInput.objects.exists()


def test_what_a_new_listing_begins_with_is_nothing_that_was_typed() -> None:
    supplier = a_company(country="CL")
    client = signed_in(owner_of(supplier))
    client.post(
        reverse("workbench_preview"), {"title": "Figs", "origin": "CL"}, headers={"HX-Request": "true"}
    )
    assert KeptInput.objects.get().fields == {"title": "Figs"}


def test_the_first_price_without_its_quantity_is_that_of_the_minimum_order() -> None:
    product = a_draft()
    client = owner_client(product)
    sent = form_of(product, moq="5", tier_0_from="", tier_0_price="1200")
    checked = text(client.post(reverse("workbench_price_check"), sent))
    assert "Row 1:" not in checked
    assert "1,200.00 USD" in checked
    assert client.post(editor(product), sent).status_code == 302
    tiers = product.variants.get().tiers.order_by("min_quantity").values_list("min_quantity", "unit_price")
    assert next((int(quantity), int(price)) for quantity, price in tiers) == (5, 1200)
    half = client.post(reverse("workbench_price_check"), form_of(product, moq="", tier_0_from=""))
    assert "Row 1:" in text(half)


@pytest.mark.parametrize("name", SECTIONS)
def test_every_page_of_a_draft_says_what_is_missing_and_submits_it(name: str) -> None:
    draft = a_draft(hs_code="")
    client, address = owner_client(draft), reverse(name, args=[draft.ref])
    page = text(client.get(address))
    assert f'<a href="{editor(draft)}#id_hs_code">State the HS code.</a>' in page
    submit = reverse("workbench_submit", args=[draft.ref])
    assert submit not in page
    client.post(editor(draft), form_of(draft, hs_code="1006.30"))
    assert submit in text(client.get(address))
    client.post(submit, {"idempotency_key": new_key()})
    assert Product.objects.get(pk=draft.pk).state == "in_review"
    assert submit not in text(client.get(address))


def test_what_is_typed_and_not_saved_is_not_submitted_unawares() -> None:
    draft = a_draft()
    client, actor = owner_client(draft), owner_of(draft.supplier)
    sent = {**form_of(draft, title="Typed only"), "ref": draft.ref}
    client.post(reverse("workbench_preview"), sent, headers={"HX-Request": "true"})
    bar = listing_bar(draft.ref, actor)
    assert bar is not None
    assert (bar.points, bar.has_unsaved) == ((), True)
    page = text(client.get(reverse("workbench_offering", args=[draft.ref])))
    assert reverse("workbench_submit", args=[draft.ref]) not in page


def test_a_listing_that_is_no_draft_has_no_bar() -> None:
    live = a_live_product()
    assert listing_bar(live.ref, owner_of(live.supplier)) is None


def test_points_of_other_pages_lead_there_until_they_are_done() -> None:
    draft = a_draft()
    page = text(owner_client(draft).get(editor(draft)))
    for point in section_points(
        certified=False, sampled=False, translated=False, varied=False, stocked=False
    ):
        assert f'<a href="{reverse(point.view, args=[draft.ref])}">{point.text}</a>' in page
    new = text(owner_client(draft).get(reverse("workbench_new")))
    assert "A sample, with its price." not in new
