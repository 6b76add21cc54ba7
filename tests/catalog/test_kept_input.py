"""What is typed into the editor and not saved: kept for its person, put back, merged with what others saved."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from catalog import operations
from catalog.models import KeptInput, Product, ProductChange
from marketplace.core.errors import NotAllowed
from marketplace.core.ids import new_key
from tests.catalog.test_editor import field
from tests.catalog.test_workbench import editor, form_of, owner_client, text
from tests.factories import AT
from tests.factories.accounts import a_company, a_member, owner_of, signed_in
from tests.factories.catalog import a_draft, a_live_product

pytestmark = pytest.mark.django_db
NEW, WHILE_TYPING = reverse("workbench_new"), reverse("workbench_preview")


def types(client: Client, product: Product, **fields: str) -> str:
    """Changes some fields and waits for the page's own request."""
    return text(client.post(WHILE_TYPING, form_of(product, ref=product.ref, **fields)))


def test_what_is_typed_into_a_new_listing_is_there_in_another_browser_and_makes_no_draft() -> None:
    owner = owner_of(a_company())
    typed = {"title": "Half a title", "category_code": "rice", "moq": "five", "idempotency_key": new_key()}
    assert "Kept at" in text(signed_in(owner).post(WHILE_TYPING, typed))
    page = text(signed_in(owner).get(NEW))
    assert (field(page, "title"), field(page, "moq")) == ("Half a title", "five")
    assert "attr_" in page  # the fields of the category that was chosen
    assert "is here again" in page
    assert not Product.objects.exists()


@pytest.mark.parametrize("make", [a_draft, a_live_product])
def test_a_listing_stays_as_it_is_until_it_is_saved(make: type) -> None:
    product = make()
    client = owner_client(product)
    before = (product.title, product.revision, ProductChange.objects.count())
    types(client, product, title="Typed and not saved", moq="7,5 t")
    product.refresh_from_db()
    assert (product.title, product.revision, ProductChange.objects.count()) == before
    assert KeptInput.objects.get().fields == {"title": "Typed and not saved", "moq": "7,5 t"}
    page = text(client.get(editor(product)))
    assert (field(page, "title"), field(page, "moq")) == ("Typed and not saved", "7,5 t")


def test_nobody_else_sees_it_and_another_company_keeps_nothing_of_it() -> None:
    product = a_draft()
    types(owner_client(product), product, title="Between me and the form")
    colleague = signed_in(a_member(product.supplier, "sales"))
    assert "Between me and the form" not in text(colleague.get(editor(product)))
    stranger = signed_in(owner_of(a_company()))
    assert stranger.post(WHILE_TYPING, form_of(product, ref=product.ref, title="X")).status_code == 404
    with pytest.raises(NotAllowed):
        operations.keep_input(
            supplier_id=product.supplier_id,
            product_id=product.pk,
            revision=1,
            fields={"title": "X"},
            actor=a_member(product.supplier, "finance"),
            at=AT,
        )
    assert KeptInput.objects.count() == 1


def test_saving_drops_it_and_so_does_beginning_again() -> None:
    product = a_draft()
    client = owner_client(product)
    types(client, product, title="Soon saved")
    client.post(editor(product), form_of(product, title="Soon saved", step="save"))
    product.refresh_from_db()
    assert (product.title, KeptInput.objects.count()) == ("Soon saved", 0)
    types(client, product, title="Better not")
    client.post(reverse("workbench_begin_again"), {"ref": product.ref})
    assert field(text(client.get(editor(product))), "title") == "Soon saved"
    types(client, product, title="And back")
    assert KeptInput.objects.count() == 1
    assert "Nothing is typed" in types(client, product)
    assert KeptInput.objects.count() == 0


def test_what_a_colleague_saved_meanwhile_stands_in_the_fields_one_had_not_touched() -> None:
    product = a_draft()
    mine, theirs = owner_client(product), signed_in(a_member(product.supplier, "sales"))
    stale = form_of(product, ref=product.ref, title="My title")
    types(mine, product, title="My title")
    theirs.post(editor(product), form_of(product, packaging="Their bags", step="save"))
    assert "Not kept" in text(mine.post(WHILE_TYPING, stale))
    page = text(mine.get(editor(product)))
    assert (field(page, "title"), field(page, "packaging")) == ("My title", "Their bags")
    assert "Somebody saved this listing since" in page
    product.refresh_from_db()
    assert field(page, "revision") == str(product.revision)


def test_a_refused_form_is_kept_without_a_script() -> None:
    product = a_draft()
    client = owner_client(product)
    refused = client.post(editor(product), form_of(product, moq="a lot", step="save"))
    assert refused.status_code == 422
    assert field(text(client.get(editor(product))), "moq") == "a lot"


def test_what_nobody_comes_back_to_is_forgotten_and_long_texts_are_cut() -> None:
    product = a_draft()
    client = owner_client(product)
    with time_machine.travel(AT, tick=False):
        types(client, product, description="x" * 90_000)
    assert len(KeptInput.objects.get().fields["description"]) == 40_000
    assert operations.forget_old_input(at=AT + timedelta(days=59)) == 0
    assert operations.forget_old_input(at=AT + timedelta(days=61)) == 1
