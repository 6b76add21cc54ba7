"""Any variant on offer is found by both engines; lists show the first one's price; moderators read each change."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from catalog.models import ProductChange
from catalog.queries.buying.comparison import comparison
from catalog.queries.buying.lines import offer_lines
from catalog.queries.listings.changes import changed_parts
from catalog.queries.trust.moderation import case_page
from catalog.search import SearchSpec, find
from catalog.search.local_index import local_index
from catalog.search.tantivy_index.folder import IndexFolder
from catalog.search.tantivy_index.writer import build_index
from tests.catalog.test_variants import BAG, JUMBO, SACK, numbered, stated
from tests.factories import AT
from tests.factories.catalog import MODERATOR, a_live_product, tiers

FOUND = ("BAS-5", "bas5", "cotton sack", "jumbo", "BAS-1000", "rice jumbo", "BAS-25")
NOT_FOUND = ("GONE-1", "wooden crate")


def titles(query: str) -> list[str]:
    return [hit.title for hit in find(SearchSpec(query=query)).hits]


def test_both_engines_find_every_variant_on_offer_and_no_other(
    db: None, tmp_path: Path, settings: Any
) -> None:
    settings.SEARCH_DIR = tmp_path
    local_index._closed_until = local_index._lag_asked_at = 0.0
    a_live_product(title="Durum wheat", sku="WHEAT-7")
    product = a_live_product()
    crate = replace(SACK, name="20 kg wooden crate", sku="GONE-1")
    stated(product, *numbered((1, BAG)), SACK, JUMBO, crate)
    stated(product, *numbered((1, BAG), (2, SACK), (3, JUMBO)))
    for engine in ("postgres", "index"):
        if engine == "index":
            build_index(IndexFolder(tmp_path))
        assert (local_index.engine() is not None) == (engine == "index")
        assert {query: titles(query) for query in FOUND} == {query: [product.title] for query in FOUND}
        assert {query: titles(query) for query in NOT_FOUND} == {query: [] for query in NOT_FOUND}


def test_lists_show_the_first_variants_price_and_that_there_is_a_choice(db: None) -> None:
    product = a_live_product()
    stated(product, *numbered((1, BAG)), JUMBO)  # the second costs less
    [hit] = find(SearchSpec(query="basmati", quantity=Decimal(5))).hits
    assert (hit.unit_price, hit.variants) == (Decimal(1180), 2)
    assert offer_lines([hit])[0].marks == ("2 variants",)
    stated(product, *numbered((2, JUMBO), (1, BAG)))
    [hit] = find(SearchSpec(query="basmati", quantity=Decimal(5))).hits
    assert hit.unit_price == 1150
    assert find(SearchSpec(query="basmati", price_max=Decimal(1160), currency="USD")).total == 1


def test_a_comparison_says_which_variant_it_compares(db: None) -> None:
    product, alone = a_live_product(), a_live_product(sku="ALONE")
    refs = [product.ref, alone.ref]
    assert "Variant" not in {row.label for row in compared(refs)}
    stated(product, *numbered((1, BAG)), SACK, JUMBO)
    [row] = [row for row in compared(refs) if row.label == "Variant"]
    assert [(cell.text, cell.note) for cell in row.cells] == [(BAG.name, "and 2 more"), ("", "")]


def compared(refs: list[str]) -> Any:
    return comparison(refs, quantity=None, unit_code="", currency="USD").rows


def test_a_moderator_reads_what_changed_variant_by_variant(db: None) -> None:
    product = a_live_product()
    later = AT + timedelta(hours=1)
    stated(product, *numbered((1, BAG)), SACK, at=later)
    dearer = replace(SACK, tiers=tiers((5, "1250")))
    stated(product, *numbered((2, dearer)), JUMBO, *numbered((1, BAG)), at=later)
    last = ProductChange.objects.order_by("-revision")[0]
    assert list(changed_parts(last.before, last.after)) == [
        (
            "variant 2",
            "5 kg cotton sack · BAS-5 · 5 → 1240; 25 → 1190",
            "5 kg cotton sack · BAS-5 · 5 → 1250",
        ),
        ("variant 3", "not offered", "1 t jumbo bag · BAS-1000 · 5 → 1150"),
        ("order of the variants", "1 · 2", "2 · 3 · 1"),
    ]
    shown = [change.name for change in case_page(product.ref, MODERATOR).changes]
    assert shown == ["variant 2", "variant 3", "order of the variants", "variant 1", "variant 2"]
