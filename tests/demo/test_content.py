"""The demo story's data could be typed in by hand: every fact passes the rules a person would meet.

Owns the judgement over `marketplace/demo/content`; loading it into the database is tested with `load_demo`.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from importlib import import_module
from pathlib import Path

import pytest

from catalog.data import AttributeDefinition, load_tree
from marketplace.demo.content import CompanyContent, ProductContent, load_content
from marketplace.demo.pictures import FAMILIES, PLACES

CONTENT = load_content()
TREE = load_tree()
PRODUCTS = [(supplier, product) for supplier in CONTENT.suppliers for product in supplier.products]
COMPANIES = [*CONTENT.suppliers, *CONTENT.buyers]
INCOTERMS = {"EXW", "FCA", "CPT", "CIP", "DAP", "DPU", "DDP", "FAS", "FOB", "CFR", "CIF"}
UNITS = {"KGM", "TNE", "C62", "MTK", "MTR", "MTQ", "LTR", "CT", "SET", "PR", "BX", "BO", "DZN"}
TAX_ID_FORMATS = {
    "AR": "stdnum.ar.cuit",
    "BR": "stdnum.br.cnpj",
    "CL": "stdnum.cl.rut",
    "CN": "stdnum.cn.uscc",
    "DE": "stdnum.eu.vat",
    "ES": "stdnum.es.cif",
    "GH": "stdnum.gh.tin",
    "IN": "stdnum.in_.gstin",
    "JP": "stdnum.jp.cn",
    "KE": "stdnum.ke.pin",
    "MA": "stdnum.ma.ice",
    "NL": "stdnum.eu.vat",
    "PT": "stdnum.pt.nif",
    "TR": "stdnum.tr.vkn",
    "US": "stdnum.us.ein",
    "VN": "stdnum.vn.mst",
}
WITHOUT_A_KNOWN_FORMAT = {"AE", "ET"}

each_product = pytest.mark.parametrize(
    ("supplier", "product"), PRODUCTS, ids=[product.key for _, product in PRODUCTS]
)
each_company = pytest.mark.parametrize("company", COMPANIES, ids=[company.key for company in COMPANIES])


def test_story_has_its_cast() -> None:
    assert len(CONTENT.suppliers) >= 12
    assert len(CONTENT.buyers) == 6
    assert len(PRODUCTS) >= 48
    desks = [desk for person in CONTENT.staff for desk in person.desks]
    assert desks.count("finance") == 2
    assert desks.count("disputes") == 2
    assert {"moderation", "verification", "programme", "operator"} <= set(desks)


def test_story_has_every_kind_of_currency_and_a_price_finer_than_a_cent() -> None:
    assert {"USD", "EUR", "JPY", "KWD"} <= {product.currency for _, product in PRODUCTS}
    assert any(
        product.currency == "USD" and tier.unit_price != tier.unit_price.quantize(Decimal("0.01"))
        for _, product in PRODUCTS
        for tier in product.tiers
    )


def test_story_has_cherries_by_the_tonne() -> None:
    cherries = [product for _, product in PRODUCTS if product.category == "stone-fruit"]
    assert [(product.unit, product.origin) for product in cherries] == [("TNE", "CL")]
    assert Decimal(150) in [tier.from_quantity for tier in cherries[0].tiers]


def test_keys_and_addresses_are_unique() -> None:
    people = [person for company in COMPANIES for person in company.people] + list(CONTENT.staff)
    for values in (
        [person.email for person in people],
        [company.key for company in COMPANIES],
        [product.key for _, product in PRODUCTS],
        [str(product.picture.seed) for _, product in PRODUCTS],
    ):
        assert sorted(values) == sorted(set(values))
    assert all(person.email.endswith(".example") for person in people)


@each_company
def test_tax_id_passes_its_countrys_check(company: CompanyContent) -> None:
    if company.country in WITHOUT_A_KNOWN_FORMAT:
        assert company.tax_id == ""
        return
    assert import_module(TAX_ID_FORMATS[company.country]).is_valid(company.tax_id), company.tax_id


@each_company
def test_company_has_an_owner_and_a_full_address(company: CompanyContent) -> None:
    assert "owner" in [person.role for person in company.people]
    roles = {person.role for person in company.people}
    assert roles <= {"owner", "sales", "purchasing", "finance", "viewer"}
    assert all((company.street, company.city, company.postal_code, company.about))
    assert re.fullmatch(r"\+[1-9][0-9 ]{7,17}", company.phone)
    assert company.website.endswith(".example")


@each_product
def test_terms_are_those_of_a_real_offer(supplier: CompanyContent, product: ProductContent) -> None:
    assert re.fullmatch(r"\d{6}", product.hs_code)
    assert product.incoterms in INCOTERMS
    assert product.unit in UNITS
    assert product.origin == supplier.country
    assert product.place
    assert 0 < product.lead_days <= 120
    assert Decimal(0) < product.net_kg < product.gross_kg
    assert product.units_per_package > 0


@each_product
def test_tiers_rise_in_quantity_and_fall_in_price(supplier: CompanyContent, product: ProductContent) -> None:
    quantities = [tier.from_quantity for tier in product.tiers]
    prices = [tier.unit_price for tier in product.tiers]
    assert 2 <= len(product.tiers) <= 4
    assert quantities == sorted(set(quantities))
    assert prices == sorted(set(prices), reverse=True)
    assert quantities[0] >= product.moq
    assert product.moq % product.multiple == 0
    assert all(quantity % product.multiple == 0 for quantity in quantities)


@each_product
def test_category_and_its_attributes_fit(supplier: CompanyContent, product: ProductContent) -> None:
    category = TREE.by_code[product.category]
    assert TREE.is_leaf(product.category)
    assert any(product.hs_code.startswith(code) for code in category.hs), (product.hs_code, category.hs)
    uses = {use.code: use.required for use in TREE.attributes_of(product.category)}
    assert set(product.attributes) <= set(uses)
    assert {code for code, required in uses.items() if required} <= set(product.attributes)
    faults = [
        f"{code} = {value!r}"
        for code, value in product.attributes.items()
        if not _fits(TREE.attribute_by_code[code], value)
    ]
    assert faults == []


def _fits(attribute: AttributeDefinition, value: str | int | bool) -> bool:
    if attribute.kind == "boolean":
        return isinstance(value, bool)
    if attribute.kind == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    if attribute.kind == "number":
        return isinstance(value, str) and Decimal(value).is_finite()
    if attribute.kind == "choice":
        return value in {choice.code for choice in attribute.choices}
    return isinstance(value, str) and bool(value.strip())


@each_product
def test_description_is_plain_rich_text(supplier: CompanyContent, product: ProductContent) -> None:
    tags = set(re.findall(r"</?(\w+)", product.description))
    assert tags <= {"p", "ul", "li", "strong", "em"}
    assert product.description.count("<p>") == product.description.count("</p>")
    assert product.description.count("<p>") + product.description.count("<ul>") >= 2
    assert len(product.title) <= 120


@each_product
def test_picture_can_be_drawn(supplier: CompanyContent, product: ProductContent) -> None:
    assert product.picture.family in FAMILIES
    assert all(re.fullmatch(r"#[0-9a-f]{6}", colour) for colour in product.picture.colours)
    assert supplier.place_picture in PLACES


def _texts() -> Iterator[str]:
    for company in COMPANIES:
        yield from (company.legal_name, company.trade_name, company.about)


def test_texts_have_no_stray_spaces() -> None:
    assert [text for text in _texts() if text != " ".join(text.split())] == []


def test_every_trade_of_the_story_has_a_name_of_its_own() -> None:
    """The name is the root of the keys: two trades of one name would replay each other's steps."""
    folder = Path(__file__).resolve().parents[2] / "marketplace" / "demo" / "story"
    text = "".join(path.read_text() for path in sorted(folder.glob("*.py")))
    names = [*re.findall(r'Trade\(stage, "([^"]+)"', text), *re.findall(r'Past\("([^"]+)"', text)]
    assert len(names) > 40
    assert sorted(names) == sorted(set(names))
