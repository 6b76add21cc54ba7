"""Why an offer is first: the parts add up to the score, and the order of the page is the order of the scores."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from catalog.operations import set_listing_visibility
from catalog.queries.searching.ranking import ranking_page
from catalog.search import SearchSpec, find
from catalog.search.local_index import local_index
from catalog.search.tantivy_index.folder import IndexFolder
from catalog.search.tantivy_index.writer import build_index
from catalog.states import ListingVisibility
from tests.factories import AT
from tests.factories.accounts import a_company
from tests.factories.catalog import a_live_product

pytestmark = pytest.mark.django_db


@pytest.fixture
def indexed(tmp_path: Path, settings: Any) -> None:
    """Five offers that answer “steam rice” better and worse, the best one's supplier lowered."""
    settings.SEARCH_DIR = tmp_path
    local_index._closed_until = local_index._lag_asked_at = 0.0
    lowered = a_company(name="Steam Rice House")
    a_live_product(lowered, title="Steam rice")
    supplier = a_company(name="Lakeside Foods")
    a_live_product(supplier, title="Steamed rice and rice bran, long grain")
    a_live_product(
        supplier, title="Broken grain", description="Left over when steam rice is polished in the mill."
    )
    a_live_product(supplier, title="Steam sterilised rice flakes")
    a_live_product(a_company(name="Steam Mills"), title="Rice")
    set_listing_visibility(supplier_id=lowered.pk, visibility=ListingVisibility.LOWERED, at=AT)
    build_index(IndexFolder(tmp_path))


@pytest.mark.usefixtures("indexed")
@pytest.mark.parametrize("query", ["steam rice", "steam", "ríce mills", '"steam rice"', "rice -bran"])
def test_parts_add_up_and_order_is_by_score(query: str) -> None:
    engine = local_index.engine()
    assert engine is not None
    spec = SearchSpec(query=query)
    reckoned = engine.reckonings(spec, 10)
    assert [one.product_id for one in reckoned] == [hit.product_id for hit in find(spec).hits]
    assert reckoned
    for one in reckoned:
        assert sum(part.score for part in one.parts) == pytest.approx(one.score, rel=1e-5)
    for lowered in (False, True):
        scores = [one.score for one in reckoned if one.is_lowered is lowered]
        assert scores == sorted(scores, reverse=True)
    assert [one.is_lowered for one in reckoned] == sorted(one.is_lowered for one in reckoned)


@pytest.mark.usefixtures("indexed")
def test_the_page_says_it_in_words_and_sells_no_place(client: Client) -> None:
    page = ranking_page(SearchSpec(query="steam rice"))
    assert page.is_readable
    assert [offer.title for offer in page.offers][-1] == "Steam rice"  # the best answer, but lowered
    assert page.offers[-1].is_lowered
    assert ("steam", "title") in page.offers[-1].places
    text = client.get("/search/why/?q=steam+ricee").content.decode()
    assert "Nobody can pay for a place here" in text
    assert "<table" not in text  # numbers are the desk's
    assert "/search/why/?q=steam+rice" in client.get("/search/?q=steam+rice").content.decode()


@pytest.mark.usefixtures("indexed")
def test_the_page_explains_the_list_it_was_asked_from(client: Client) -> None:
    text = client.get("/search/?q=steam&sort=price").content.decode()
    assert "/search/why/" not in text  # that order needs no reckoning
    found = client.get("/search/?q=steam&quantity=7&price_max=100000&origin=IN").content.decode()
    [address] = re.findall(r'href="(/search/why/[^"]*)"', found)
    explained = client.get(html.unescape(address)).content.decode()
    assert "the filters of your search" in explained
    assert 'name="origin" value="IN"' in explained
    for page in (found, explained):
        assert "Steamed rice and rice bran" in page
    assert "Nothing found" in client.get("/search/why/?q=steam&origin=CL").content.decode()


def test_without_an_index_the_page_says_so(client: Client) -> None:
    a_live_product()
    assert "in place of the index" in client.get("/search/why/?q=rice").content.decode()
