"""An article number names one listing of its supplier: by the editor, by SQL, and for listings from before the rule."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.db import IntegrityError, connection, transaction

from catalog.errors import FieldErrors
from catalog.models import Product, ProductChange, Variant
from catalog.operations import create_product, edit_product
from catalog.queries.listings.stored import facts_of
from marketplace.core.ids import new_key
from tests.factories import AT
from tests.factories.accounts import a_company, owner_of
from tests.factories.catalog import a_draft, rice_facts

pytestmark = pytest.mark.django_db


def test_a_second_listing_with_a_taken_number_is_refused_and_another_suppliers_is_not() -> None:
    supplier = a_company()
    first = a_draft(supplier, sku="A-1")
    second = a_draft(supplier, sku="A-2")
    with pytest.raises(FieldErrors) as refused:
        create_product(
            supplier_id=supplier.pk,
            facts=rice_facts(sku=" A-1 "),
            actor=owner_of(supplier),
            key=new_key(),
            at=AT,
        )
    assert list(refused.value.errors) == ["sku"]
    with pytest.raises(FieldErrors):
        edit_product(
            product_ref=second.ref,
            facts=rice_facts(sku="A-1"),
            actor=owner_of(supplier),
            key=new_key(),
            at=AT,
        )
    assert Product.objects.count() == 2
    assert facts_of(second).sku == "A-2"
    a_draft(a_company(), sku="A-1")
    a_draft(supplier, sku="")
    a_draft(supplier, sku="")
    edit_product(
        product_ref=first.ref, facts=rice_facts(sku="A-1"), actor=owner_of(supplier), key=new_key(), at=AT
    )


def test_the_database_copies_the_supplier_and_refuses_to_move_a_listing() -> None:
    product, rival = a_draft(sku="A-1"), a_company()
    Variant.objects.filter(product=product).update(supplier_id=rival.pk)
    assert Variant.objects.get(product=product).supplier_id == product.supplier_id
    with pytest.raises(IntegrityError), transaction.atomic():
        Product.objects.filter(pk=product.pk).update(supplier=rival)


def test_listings_from_before_the_rule_get_numbers_of_their_own_and_a_row_of_history() -> None:
    supplier = a_company()
    products = [a_draft(supplier, sku=sku) for sku in ("A", "B", "A (2)", "C")]
    rename = import_module("catalog.migrations.0005_article_numbers_once_per_supplier")._RENAME
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX article_number_once_per_supplier")
        cursor.execute("UPDATE catalog_variant SET sku = 'A' WHERE sku IN ('B', 'C')")
        cursor.execute(rename)
    numbers = [Variant.objects.get(product=product).sku for product in products]
    assert numbers == ["A", "A (3)", "A (2)", "A (4)"]
    change = ProductChange.objects.get(product=products[1])
    assert (change.before, change.after, change.revision) == ({"sku": "A"}, {"sku": "A (3)"}, 2)
    assert Product.objects.get(pk=products[1].pk).revision == 2
