"""Search: accents, typos, other scripts, filters with their counts, my quantity, pages."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from pytest_django import DjangoAssertNumQueries

from catalog.data import load_tree
from catalog.models import Product, SearchEntry
from catalog.operations import pause_product, refresh_search, set_listing_visibility
from catalog.queries.searching.suggestions import suggestions
from catalog.search import Choice, SearchSpec, Sort, find, overview
from catalog.search.cursors import INDEX, Edge, decode, encode
from catalog.search.engine import find_with
from catalog.search.local_index import local_index
from catalog.search.postgres import PostgresEngine
from catalog.search.question import read_question
from catalog.search.slips import forgiven_slips, slips
from catalog.search.spelling import corrected_words, words_like
from catalog.states import ListingVisibility
from catalog.words import arabic_forms, asked_words, indexed_words
from marketplace.accounts.models import Company
from marketplace.core.ids import new_key
from tests.catalog.search_index import IndexForTests
from tests.factories import AT, days
from tests.factories.accounts import a_company, owner_of
from tests.factories.catalog import a_draft, a_live_product, tiers


@pytest.fixture(params=["postgres", "index"])
def engine(
    request: pytest.FixtureRequest, db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """Every test that asks something asks both engines."""
    if request.param == "postgres":
        yield "postgres"
        return
    index = IndexForTests(tmp_path)
    monkeypatch.setattr(local_index, "engine", index.engine)
    monkeypatch.setattr(local_index, "FAILURES", ())  # no falling back here
    yield "index"
    index.close()


def titles(spec: SearchSpec) -> list[str]:
    return [hit.title for hit in find(spec).hits]


def asked(query: str) -> list[str]:
    return titles(SearchSpec(query=query))


@pytest.fixture
def market(engine: str) -> dict[str, Product]:
    """Rice from a verified Indian supplier; peppers, avocados and tea from a French one."""
    karnal = a_company("Karnal Agro Exports", verified=True)
    cafe = a_company("Café Suprême SARL", country="FR")
    by_kilo = {"unit_code": "KGM", "moq": Decimal(100), "order_multiple": Decimal(10)}
    return {
        "rice": a_live_product(karnal),
        "peppers": a_live_product(
            cafe,
            title="Jalapeño en escabeche",
            category_code="spices",
            hs_code="0904.21",
            origin="MX",
            currency="EUR",
            incoterms_rule="EXW",
            named_place="Puebla",
            lead_time_days=7,
            tiers=tiers((100, "2.10"), (1000, "1.90")),
            at=AT + days(1),
            **by_kilo,
        ),
        "avocados": a_live_product(
            cafe,
            title="Avocado Hass, size 18",
            category_code="avocados",
            hs_code="0804.40",
            origin="MX",
            currency="USD",
            lead_time_days=0,
            tiers=tiers((100, "2.30"), (20000, "1.20")),
            at=AT + days(2),
            **by_kilo,
        ),
        "tea": a_live_product(
            cafe,
            title="雲南普洱茶 Pu-erh",
            category_code="tea",
            hs_code="0902.40",
            origin="CN",
            currency="CNY",
            lead_time_days=45,
            description="<p>Tèa from old trees, pressed in the year of harvest, stored dry and cool.</p>",
            tiers=tiers((100, "80")),
            at=AT + days(3),
            **by_kilo,
        ),
    }


WORDS = [
    ("basmati", ["rice"]),
    ("BASMATI rice", ["rice"]),
    ("rices", ["rice"]),  # stem
    ("basm", ["rice"]),  # beginning
    ("jalapeno", ["peppers"]),  # accent left out
    ("JALAPEÑO", ["peppers"]),
    ("jalapéno", ["peppers"]),  # another accent
    ("cafe supreme", ["tea", "avocados", "peppers"]),  # supplier, without accents
    ("karnal", ["rice"]),
    ("चावल", ["rice"]),  # category in Hindi
    ("arroz", ["rice"]),
    ("riz", ["rice"]),
    ("大米", ["rice"]),
    ("普洱", ["tea"]),  # two signs inside a longer run
    ("茶", ["tea", "peppers"]),  # a lone sign; the peppers' root category has it in its name
    ("普洱茶 雲南", ["tea"]),
    ("1006.30", ["rice"]),  # HS code with dots
    ("100630", ["rice"]),
    ("1006", ["rice"]),
    ("BAS-1121", ["tea", "avocados", "peppers", "rice"]),  # article number, all have it here
    ("mexico", ["avocados", "peppers"]),  # country of origin
    ("México", ["avocados", "peppers"]),
    ("fresh fruit", ["avocados"]),  # the category above
    ("old trees", ["tea"]),  # description
    ("rice avocado", []),
]
QUOTES_MINUS_AND_CODES = [
    ('"steam basmati"', ["rice"]),
    ('"basmati steam"', []),  # the words are there, in another order
    ('rice "1121 steam basmati"', ["rice"]),
    ("“hass size”", ["avocados"]),  # a comma is no word
    ('"普洱茶"', ["tea"]),
    ("mexico -avocado", ["peppers"]),
    ("mexico -avocados", ["peppers"]),  # by its stem
    ("mexico -avo", ["avocados", "peppers"]),  # a beginning leaves nothing out
    ('mexico -"hass size"', ["peppers"]),
    ("-mexico", ["rice", "tea"]),
    ("BAS1121 rice", ["rice"]),  # an article number without its hyphen
    ("semi-milled", ["rice"]),  # the Harmonized System's words for 1006.30
    ("capsicum", ["peppers"]),
]


@pytest.mark.parametrize("questions", [WORDS, QUOTES_MINUS_AND_CODES])
def test_words_find(market: dict[str, Product], questions: list[tuple[str, list[str]]]) -> None:
    expected = {query: sorted(market[name].title for name in found) for query, found in questions}
    assert {query: sorted(asked(query)) for query in expected} == expected


def test_the_words_of_a_category_in_one_language_find_listings_in_another(engine: str) -> None:
    cherries = a_live_product(
        title="Fresh Bing cherries, 28 mm", category_code="stone-fruit", hs_code="0809.29", origin="CL"
    )
    for query in (
        "cerezas",
        "cereza",
        "cerises",
        "cerejas",
        "Kirschen",
        "चेरी",
        "樱桃",
        "كرز",
        "0809.29",
        "٠٨٠٩٢٩",
    ):
        assert asked(query) == [cherries.title], query


def test_german_and_arabic_are_found_however_they_are_written(engine: str) -> None:
    spices = a_live_product(title="Black peppercorns", category_code="spices", hs_code="0904.11", origin="IN")
    soap = a_live_product(
        title="Frische Rosenseife aus Grasse",
        description="<p>Gesiedet mit Oelen der Region, verpackt in bemalten Dosen, je Karton zwoelf Stück.</p>",
        category_code="cleaning-products",
        hs_code="3401.11",
        origin="FR",
    )
    dates = a_live_product(
        title="تُمُور المجهُول الفاخرة", category_code="dates-dried-fruit", hs_code="0804.10", origin="SA"
    )
    for title, queries in {
        spices.title: "Gewürze Gewuerze gewurze Gewürz توابل التوابل وبهارات بهارات والبهارات بَهارات",
        soap.title: "Rosenseife Rosenseifen Öle Dose stück stueck",
        dates.title: "مجهول المجهول مجهـول مجهولة فاخره فاخرة تمور والتمور زبيب الزبيب مجفف Datteln",
    }.items():
        for query in queries.split():
            assert asked(query) == [title], query
    assert asked("والفواكه المجففة") == [dates.title]
    assert asked('"المجهول الفاخره"') == [dates.title]
    assert asked("تمور -مجهول") == []


@pytest.mark.django_db
def test_postgres_takes_arabic_words_apart_as_the_index_does() -> None:
    names = " ".join(category.name.by_language["ar"] for category in load_tree().categories)
    words = sorted({word for word in indexed_words(names).split() if arabic_forms(word)})
    with connection.cursor() as cursor:
        for word in (*words, "والوجبات", "للكرز", "كالسيوم", "زيتون", "شاي", "لل", "وخل", "حيوانيات"):
            cursor.execute("SELECT catalog_arabic(%s)", [word])
            assert cursor.fetchone()[0].split(" ") == list(arabic_forms(word)), word
    assert arabic_forms("زيتون") == ("زيتون", "زيتون")  # olives are no oil


def test_a_word_in_the_title_counts_more_than_one_in_the_description(engine: str) -> None:
    a_live_product(
        title="Wild honey", description="Goes well with saffron, in jars of 500 g, from the hills of Kerala."
    )
    a_live_product(title="Saffron threads")
    assert asked("saffron") == ["Saffron threads", "Wild honey"]


def test_mistyped_words_are_forgiven_and_the_page_says_so(market: dict[str, Product]) -> None:
    for query, corrected, found in (
        ("basmti", "basmati", "rice"),
        ("basmatti", "basmati", "rice"),
        ("avacado", "avocado", "avocados"),
        ("jalapenio", "jalapeno", "peppers"),
        ("rcie basmatti", "rice basmati", "rice"),
        ("escabeche jalapenho", "escabeche jalapeno", "peppers"),
        ('rcie "steam basmati" -thai', 'rice "steam basmati" -thai', "rice"),
    ):
        page = find(SearchSpec(query=query))
        assert page.corrected == corrected
        assert [hit.title for hit in page.hits] == [market[found].title]


def test_a_word_of_another_language_is_no_typing_error_and_a_compound_stands_for_its_end(engine: str) -> None:
    cherries = a_live_product(
        title="Fresh Bing cherries", category_code="stone-fruit", hs_code="0809.29"
    ).title
    knives = a_live_product(
        title="Kitchen knives, cheese boards", category_code="kitchenware", hs_code="8211.92"
    ).title
    for query in ("Knoblauch", "Kasten", "Sahne", "lamb", "cork", "Seide"):
        assert (find(SearchSpec(query=query)).corrected, asked(query)) == ("", []), query
    for query, corrected, found in (
        ("Herzkirschen", "kirschen", cherries),
        ("kitchn", "kitchen", knives),
        ("Küchenmesser", "messer", knives),
        ("Weichkaese", "kaese", knives),
        ("Kirchen", "kirschen", cherries),
        ("Weichkäse", "käse", knives),
        ("الفواكح", "فواكه", cherries),
    ):
        page = find(SearchSpec(query=query))
        assert page.corrected == corrected, query
        assert [hit.title for hit in page.hits] == [found], query


def test_what_is_not_there_is_not_invented(market: dict[str, Product]) -> None:
    for query in ("xyzzyqwert", "basmati xyzzyqwert", "9999999", "!!!", "'", "\\", "a & | !b:*", "\u200f"):
        page = find(SearchSpec(query=query))
        assert (page.hits, page.total, page.corrected) == ((), 0, ""), query


def test_drafts_are_not_found_and_their_words_not_proposed(engine: str) -> None:
    a_draft(title="Unobtainium ingots")
    assert find(SearchSpec(query="unobtainum")).corrected == ""
    assert asked("unobtainium") == []


def test_however_many_words_are_mistyped_two_statements_look_for_others(
    db: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """A question of twelve words took 24, and a page that found nothing 48."""
    a_live_product(title="Basmati rice, avocado oil, bicycle bells")
    refresh_search(at=AT)
    typed = [
        "basmatti",
        "ricee",
        "avocadoo",
        "bycicle",
        "bels",
        *(f"{sign * 3}qqwoodle" for sign in "abcdefg"),
    ]
    offered = {"basmati", "rice", "avocado", "oil", "bicycle", "bells"}
    for look, expected in (
        (corrected_words, ["basmati", "rice", "avocado", "bicycle", "bells", *typed[5:]]),
        (words_like, None),
    ):
        with django_assert_num_queries(2):
            found = look(typed, lambda words: [word in offered for word in words])
        assert found == expected if expected else {"basmati", "avocado"} <= set(found)
    assert corrected_words(["\u0301" * 4], lambda words: [False]) == ["\u0301" * 4]


def test_filters_leave_what_fits_and_count_what_each_other_choice_would_leave(
    market: dict[str, Product],
) -> None:
    page = find(SearchSpec(origins=("MX",)))
    assert (page.total, page.matched) == (2, 4)
    assert set(page.facets.origins) == {Choice("MX", 2), Choice("IN", 1), Choice("CN", 1)}
    assert set(page.facets.incoterms) == {Choice("EXW", 1), Choice("FOB", 1)}
    assert page.facets.verified == 0
    assert page.facets.categories == {
        "coffee-tea-cocoa-spices/spices/": 1,
        "fresh-produce/fresh-fruit/avocados/": 1,
    }
    assert page.facets.lead_times == (Choice("7", 2), Choice("14", 2), Choice("30", 2), Choice("60", 2))


EACH_FILTER = [
    (SearchSpec(verified=True), ["rice"]),
    (SearchSpec(origins=("MX", "CN")), ["peppers", "avocados", "tea"]),
    (SearchSpec(incoterms=("EXW",)), ["peppers"]),
    (SearchSpec(lead_max=7), ["peppers", "avocados"]),
    (SearchSpec(category_path="fresh-produce/"), ["avocados"]),
    (SearchSpec(moq_max=Decimal(1), unit_code="TNE"), ["peppers", "avocados", "tea"]),
    (SearchSpec(moq_max=Decimal(5)), ["rice"]),  # each in its own unit
    (SearchSpec(price_max=Decimal(1200), unit_code="TNE"), ["rice"]),
    (SearchSpec(price_max=Decimal(1200), unit_code="TNE", quantity=Decimal(20)), ["rice", "avocados"]),
    (
        SearchSpec(price_max=Decimal("1.25"), quantity=Decimal(20000), unit_code="KGM"),
        ["rice", "avocados"],
    ),
    (SearchSpec(price_max=Decimal(1), unit_code="LTR"), []),  # nothing here is sold by volume
    (SearchSpec(origins=("MX",), incoterms=("EXW",), verified=True), []),
]


def test_each_filter(market: dict[str, Product]) -> None:
    for spec, found in EACH_FILTER:
        assert sorted(titles(spec)) == sorted(market[name].title for name in found), spec


def test_my_quantity_sets_each_rows_price_total_and_tier(market: dict[str, Product]) -> None:
    hits = {hit.title: hit for hit in find(SearchSpec(quantity=Decimal(20), unit_code="TNE")).hits}
    avocado = hits[market["avocados"].title]
    assert (avocado.unit_price, avocado.priced_quantity) == (Decimal("1.20"), Decimal(20000))
    assert avocado.total is not None
    assert avocado.total.amount_minor == 2_400_000
    rice = hits[market["rice"].title]
    assert (rice.unit_price, rice.below_minimum) == (Decimal(1180), False)


def test_a_quantity_below_the_minimum_is_priced_at_the_minimum_and_says_so(
    market: dict[str, Product],
) -> None:
    [rice] = find(SearchSpec(query="basmati", quantity=Decimal(10), unit_code="KGM")).hits
    assert (rice.below_minimum, rice.priced_quantity, rice.unit_price) == (True, Decimal(5), Decimal(1180))


def test_a_quantity_in_a_unit_that_says_nothing_of_the_goods_is_not_converted(
    market: dict[str, Product],
) -> None:
    [rice] = find(SearchSpec(query="basmati", quantity=Decimal(10), unit_code="LTR")).hits
    assert (rice.comparable, rice.priced_quantity) == (False, Decimal(5))


def test_prices_in_several_currencies_and_units_are_put_in_one_order(market: dict[str, Product]) -> None:
    spec = SearchSpec(sort=Sort.PRICE, quantity=Decimal(20), unit_code="TNE")
    # per tonne: rice 1,180 USD, avocados 1,200 USD, peppers 1,900 EUR, tea 80,000 CNY
    assert titles(spec) == [market[name].title for name in ("rice", "avocados", "peppers", "tea")]


def test_a_currency_without_a_rate_comes_last_and_never_under_a_ceiling(market: dict[str, Product]) -> None:
    cheap = a_live_product(currency="KWD", title="Dinar rice", tiers=tiers((5, "1")))
    assert titles(SearchSpec(sort=Sort.PRICE, unit_code="TNE"))[-1] == cheap.title
    assert cheap.title not in titles(SearchSpec(price_max=Decimal(10**9), unit_code="TNE"))
    assert titles(SearchSpec(price_max=Decimal(2), unit_code="TNE", currency="KWD")) == [cheap.title]


def test_overview_counts_what_can_be_found_and_knows_at_once_what_changed(
    market: dict[str, Product],
) -> None:
    before = overview()
    assert (before.offers, before.suppliers, before.verified_suppliers, before.origins) == (4, 2, 1, 3)
    rice = market["rice"]
    assert before.categories[rice.category.path] == 1  # type: ignore[union-attr]

    pause_product(product_ref=rice.ref, actor=owner_of(rice.supplier), key=new_key(), at=AT)

    after = overview()
    assert (after.offers, after.suppliers, after.verified_suppliers) == (3, 1, 0)
    set_listing_visibility(supplier_id=market["tea"].supplier_id, visibility=ListingVisibility.HIDDEN, at=AT)
    assert (overview().offers, overview().suppliers) == (0, 0)


def test_orders(market: dict[str, Product]) -> None:
    firsts = {Sort.NEWEST: "tea", Sort.LEAD_TIME: "avocados", "nonsense": "tea", Sort.RELEVANCE: "tea"}
    for sort, first in firsts.items():
        assert titles(SearchSpec(sort=sort))[0] == market[first].title


def test_pages_show_every_offer_once_forwards_and_back(market: dict[str, Product]) -> None:
    a_live_product(title="Same day, same price", at=AT)
    for sort in Sort:
        for limit in (1, 2, 3):
            walk_both_ways(sort, limit)


def walk_both_ways(sort: Sort, limit: int) -> None:
    query = "india OR mexico" if sort is Sort.RELEVANCE else ""
    spec = {"sort": sort, "limit": limit, "query": "kg" if query else ""}
    pages = [find(SearchSpec(**spec))]  # type: ignore[arg-type]
    while pages[-1].next_cursor:
        pages.append(find(SearchSpec(**spec, cursor=pages[-1].next_cursor)))  # type: ignore[arg-type]
    forwards = [[hit.ref for hit in page.hits] for page in pages]
    everything = [ref for page in forwards for ref in page]
    assert len(everything) == len(set(everything)) == pages[0].total >= 4
    backwards = [forwards[-1]]
    page = pages[-1]
    while page.previous_cursor:
        page = find(SearchSpec(**spec, cursor=page.previous_cursor))  # type: ignore[arg-type]
        backwards.insert(0, [hit.ref for hit in page.hits])
    assert [ref for page in backwards for ref in page] == everything


FORGED = [
    "x",
    "💥",
    "A" * 500,
    encode(Edge(Sort.PRICE, "1", 1, backwards=False)),
    encode(Edge(Sort.NEWEST, "not a date", 1, backwards=False)),
    encode(Edge(Sort.NEWEST, "2026-03-02", 1, backwards=False)),
    encode(Edge(Sort.NEWEST, "2026-03-02T00:00:00+00:00", 2**70, backwards=False)),
    encode(Edge(Sort.NEWEST, "9999-12-31T23:59:59-23:59", 1, backwards=False)),
    encode(Edge(Sort.NEWEST, "Infinity", 1, backwards=False, engine=INDEX)),
    encode(Edge(Sort.NEWEST, "1e29", 1, backwards=True, engine=INDEX)),
]


def test_a_forged_cursor_does_no_harm(market: dict[str, Product]) -> None:
    assert {find(SearchSpec(cursor=cursor)).total for cursor in FORGED} == {4}
    far = encode(Edge(Sort.RELEVANCE, "-7", 0, backwards=False, engine=INDEX))
    assert find(SearchSpec(query="rice", cursor=far)).total == 1
    for kind in (INDEX, ""):
        beyond = encode(Edge(Sort.LEAD_TIME, "1e25", 5, backwards=False, engine=kind))
        assert len(find(SearchSpec(sort=Sort.LEAD_TIME, cursor=beyond)).hits) == 4


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("1006 30", ("100630",)),
        ("809.29", ("080929",)),
        ("10 06 30", ("100630",)),
        ("10.06.30", ("100630",)),
        ("1006-30 rice", ("100630", "rice")),
        ("HS code: 1006.30", ("100630",)),
        ("hs 100630", ("100630",)),
        ("1006 30 90", ("10063090",)),
        ("2026 11 28", ("2026", "11", "28")),
        ("12 40 60 carton", ("12", "40", "60", "carton")),
        ("hs pump 1006", ("hs", "pump", "1006")),
    ],
)
def test_an_hs_code_is_read_however_it_is_written(typed: str, words: tuple[str, ...]) -> None:
    assert read_question(typed).words == words
    assert read_question(f'"{typed}"').phrases == (words,)


def test_cursor_keeps_what_was_put_in() -> None:
    edge = Edge(Sort.PRICE, "1180.5", 77, backwards=True)
    assert decode(encode(edge), Sort.PRICE) == edge
    assert decode(encode(edge), Sort.NEWEST) is None
    assert decode(encode(Edge(Sort.PRICE, "NaN", 1, backwards=False)), Sort.PRICE) is None


def test_a_renamed_supplier_is_found_by_the_new_name_after_the_refresh(market: dict[str, Product]) -> None:
    Company.objects.filter(legal_name="Karnal Agro Exports").update(legal_name="Haryana Grain House")
    assert asked("haryana grain") == []
    assert refresh_search(at=AT) == 1
    assert asked("haryana grain") == [market["rice"].title]
    assert asked("karnal agro") == []
    assert refresh_search(at=AT) == 0


def test_a_lost_row_comes_back_with_the_refresh(market: dict[str, Product]) -> None:
    SearchEntry.objects.all().delete()
    assert refresh_search(at=AT) == 4
    assert find(SearchSpec()).total == 4


def test_the_largest_quantities_and_prices_do_not_break_the_page(market: dict[str, Product]) -> None:
    huge = SearchSpec(quantity=Decimal("999999999.999"), unit_code="TNE", price_max=Decimal("0.000001"))
    assert find(huge).total == 0
    page = find(SearchSpec(quantity=Decimal("999999999.999"), unit_code="TNE"))
    assert page.total == 4
    assert any(hit.total is None for hit in page.hits)


def test_words_are_cut_the_same_way_for_both_sides() -> None:
    assert indexed_words("1006.30-90, Jalapeño 8.35 mm") == "100630 90 jalapeño 8 35 mm"
    assert asked_words("新鲜水果 茶") == ["新鲜", "鲜水", "水果", "茶"]
    assert indexed_words("水果") == "水 果 水果"
    assert read_question("新鲜樱桃 黑胡椒").words == ("新鲜", "樱桃", "黑", "胡椒")
    assert read_question("不锈钢螺栓").words == ("不锈", "锈钢", "螺栓")
    assert asked_words("चावल") == ["चावल"]
    assert asked_words("القَهْوَة والـكرز ورق") == ["قهوه", "كرز", "ورق"]
    assert asked_words("मूँगफली ज़ीरा") == ["मूंगफली", "जीरा"]
    assert len(asked_words(" ".join(f"w{n}" for n in range(50)))) == 12


@pytest.mark.parametrize(
    ("typed", "meant", "far", "is_near"),
    [
        ("rice", "rice", 0, True),
        ("rcie", "rice", 0.75, True),
        ("hony", "honey", 0.75, True),
        ("basmatti", "basmati", 0.5, True),
        ("basmti", "basmati", 0.75, True),
        ("avacado", "avocado", 0.5, True),
        ("avocadoo", "avocado", 0.5, True),
        ("cherrys", "cherries", 1.25, True),
        ("bycicle", "bicycle", 1, True),
        ("sunflour", "sunflower", 1.25, True),
        ("eather", "leather", 1.5, True),
        ("kirschen", "kitchen", 2, False),
        ("knoblauch", "knob", 4, False),
        ("lamb", "lamp", 0.5, True),
        ("corn", "cork", 1, False),
        ("honig", "honey", 1.5, False),
        ("manteca", "maniok", 2.75, False),
        ("seife", "seine", 1, True),
        ("جبنه", "جبن", 1, False),
        ("اخطبوت", "اخطبوط", 0.5, True),
    ],
)
def test_slips_tell_a_typing_error_from_another_word(
    typed: str, meant: str, far: float, is_near: bool
) -> None:
    assert slips(typed, meant) == far
    assert (slips(typed, meant) <= forgiven_slips(typed)) == is_near


class AnyQuestion(TestCase):
    """Whatever is typed, both engines answer."""

    def setUp(self) -> None:
        """An index of nothing."""
        root = tempfile.TemporaryDirectory()
        self.addCleanup(root.cleanup)
        made = IndexForTests(Path(root.name))
        self.addCleanup(made.close)
        self.index = made.engine()

    @settings(max_examples=40, deadline=None)
    @given(
        query=st.text(
            alphabet=st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=60
        )
    )
    def test_any_text_is_answered(self, query: str) -> None:
        for asked_engine in (PostgresEngine(), self.index):
            assert find_with(asked_engine, SearchSpec(query=query)).total == 0


def test_suggestions_are_what_begins_so_and_nothing_paused(market: dict[str, Product], engine: str) -> None:
    for typed, categories, products, suppliers in (
        ("basm", [], ["rice"], []),
        ("arro", ["Rice"], ["rice"], []),  # a category's name in Spanish
        ("karn", [], ["rice"], ["Karnal Agro Exports"]),
        ("cafe sup", [], ["tea", "avocados", "peppers"], ["Café Suprême SARL"]),
        ("b", [], [], []),
        ("%_", [], [], []),
    ):
        page = suggestions(typed)
        assert [link.label for link in page.categories] == categories, typed
        assert sorted(link.label for link in page.products) == sorted(market[p].title for p in products), (
            typed
        )
        assert [link.label for link in page.suppliers] == suppliers, typed
    Product.objects.filter(pk=market["rice"].pk).update(state="paused")  # before any index hears of it
    assert suggestions("basm").products == ()


def test_suggestions_that_say_it_in_their_title_come_first(engine: str) -> None:
    told = "<p>Goes with cheese, cherries and chestnuts.</p>"
    a_live_product(title="Olive oil", description=told)
    a_live_product(title="Sweet Lapins cherries", sku="CHERRY-1")
    a_live_product(title="Crackers", description=told, sku="CRACKERS-1", at=AT + days(1))
    assert suggestions("che").products[0].label == "Sweet Lapins cherries"
    for place in range(20):  # enough that say it in their title
        a_live_product(title=f"Tart cherries, lot {place}", sku=f"TART-{place}", at=AT + days(2))
    assert "Sweet Lapins cherries" not in {one.label for one in suggestions("cherries -lapins").products}
    assert [one.label for one in suggestions('cherries "sweet lapins"').products] == ["Sweet Lapins cherries"]
