"""Pure calculations: amounts, cancelled parts, progress, inspection, terms and clean input."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from marketplace.core.errors import Rejected
from orders.clocks import SETTINGS
from orders.errors import (
    BadFreight,
    BadQuantity,
    BadText,
    BadTrackingNumber,
    BadUnitPrice,
    DateInPast,
    DateTooFar,
    MissingText,
    OrderTooLarge,
    OrderWorthNothing,
    QuantityFiner,
    SeaRuleOnly,
    TextTooLong,
    UnknownCountry,
    UnknownTransportMode,
)
from orders.rules.amounts import check_quantity, price_of_line, totals
from orders.rules.progress import Arrival, LineProgress, end_of_day, furthest_state, inspection_ends_at
from orders.rules.specification import AttributeWords, specification
from orders.rules.terms import canonical_text, price_text, quantity_text, required_documents, terms_hash
from orders.rules.texts import (
    carrier_code,
    check_rule_fits_mode,
    check_ship_by,
    check_transport,
    check_whole,
    clean_address,
    clean_line,
    clean_note,
    clean_tracking_number,
)
from tests.factories import AT, days
from tests.factories.orders import ADDRESS

CLOCKS: dict[str, Any] = {setting.key: setting.default for setting in SETTINGS}


@pytest.mark.parametrize(
    ("quantity", "unit_price", "discount_bps", "currency", "minor"),
    [
        ("20", "1180", 0, "USD", 2_360_000),
        ("3", "0.005", 0, "USD", 2),  # 1.5 cents, half up, once for the line
        ("1", "0.005", 0, "USD", 1),
        ("12", "14", 1500, "USD", 14_280),
        ("3", "33.333333", 0, "JPY", 100),
        ("1", "0.5", 0, "JPY", 1),
        ("7", "1.2345", 0, "KWD", 8_642),  # 8.6415
        ("0", "14", 0, "USD", 0),
    ],
)
def test_price_of_line_rounds_once_half_up(
    quantity: str, unit_price: str, discount_bps: int, currency: str, minor: int
) -> None:
    assert price_of_line(Decimal(quantity), Decimal(unit_price), discount_bps, currency) == minor


@pytest.mark.parametrize(
    "quantity", ["NaN", "Infinity", "-Infinity", "sNaN", "-1", "0", "1e30", "0.0001", "100000000000"]
)
def test_check_quantity_refuses_what_is_none(quantity: str) -> None:
    with pytest.raises(BadQuantity):
        check_quantity(Decimal(quantity))


@pytest.mark.parametrize("quantity", ["0.001", "1", "99999999999.999", "1E+3", "5.000"])
def test_check_quantity_takes_what_is_one(quantity: str) -> None:
    check_quantity(Decimal(quantity))


@pytest.mark.parametrize("price", ["NaN", "-0.01", "1e12", "0.0000001", "Infinity"])
def test_price_of_line_refuses_bad_prices(price: str) -> None:
    with pytest.raises(BadUnitPrice):
        price_of_line(Decimal(1), Decimal(price), 0, "USD")


@pytest.mark.parametrize("discount_bps", [-1, 10_001])
def test_price_of_line_refuses_bad_discounts(discount_bps: int) -> None:
    with pytest.raises(Rejected):
        price_of_line(Decimal(1), Decimal(1), discount_bps, "USD")


def test_totals_refuse_thirteen_digits_nothing_and_negative_freight() -> None:
    assert totals([10**12 - 2], 1).total_minor == 10**12 - 1
    with pytest.raises(OrderTooLarge):
        totals([10**12 - 1], 1)
    with pytest.raises(OrderWorthNothing):
        totals([0, 0], 0)
    with pytest.raises(BadFreight):
        totals([100], -1)


@pytest.mark.parametrize(
    ("lines", "state"),
    [
        ([("10", "0", "0")], None),
        ([("10", "9", "9")], None),
        ([("10", "10", "9")], "shipped"),
        ([("10", "10", "10"), ("5", "5", "0")], "shipped"),
        ([("10", "10", "10"), ("5", "4.999", "4.999")], None),
        ([("10", "10", "10"), ("5", "5", "5")], "delivered"),
        ([("10", "10", "10"), ("0", "0", "0")], "delivered"),  # a cancelled line does not count
        ([("0", "0", "0")], None),
        ([], None),
    ],
)
def test_furthest_state_is_true_of_all_lines(lines: list[tuple[str, str, str]], state: str | None) -> None:
    assert furthest_state([LineProgress(*(Decimal(part) for part in line)) for line in lines]) == state


def test_inspection_follows_the_mode_of_the_last_arrival() -> None:
    arrivals = [Arrival("sea", AT), Arrival("air", AT + days(40))]
    assert inspection_ends_at(arrivals, CLOCKS, AT + days(40)) == AT + days(55)


def test_inspection_never_cuts_the_days_of_a_slower_mode() -> None:
    arrivals = [Arrival("sea", AT), Arrival("express", AT + days(1))]
    assert inspection_ends_at(arrivals, CLOCKS, AT + days(1)) == AT + days(45)


def test_inspection_opens_when_the_rest_is_cancelled_not_before() -> None:
    assert inspection_ends_at([Arrival("land", AT)], CLOCKS, AT + days(28)) == AT + days(58)


def test_end_of_day_is_the_next_midnight_in_utc() -> None:
    assert end_of_day(date(2026, 12, 31)) == datetime(2027, 1, 1, tzinfo=UTC)


def test_terms_hash_is_the_sha256_of_the_canonical_text() -> None:
    terms = {"b": [1, "12.000"], "a": {"ö": None}}
    assert canonical_text(terms) == '{"a":{"ö":null},"b":[1,"12.000"]}'
    assert terms_hash(terms) == hashlib.sha256('{"a":{"ö":null},"b":[1,"12.000"]}'.encode()).hexdigest()
    assert terms_hash({"a": {"ö": None}, "b": [1, "12.000"]}) == terms_hash(terms)


@pytest.mark.parametrize("value", [1.5, Decimal("1.5"), AT])
def test_canonical_text_refuses_what_is_not_exact(value: object) -> None:
    with pytest.raises(TypeError):
        canonical_text({"a": [value]})


def test_texts_of_numbers_keep_all_decimals() -> None:
    assert quantity_text(Decimal(12)) == "12.000"
    assert price_text(Decimal("0.0425")) == "0.042500"


def test_required_documents_name_the_paper_of_the_mode() -> None:
    assert required_documents("sea")[-1] == "bill_of_lading"
    assert required_documents("air")[-1] == "air_waybill"
    assert required_documents("express") == ["commercial_invoice", "packing_list"]


@pytest.mark.parametrize(
    "number", ["A\nB", "A\rB", "A\tB", "<script>", "A;B", "É1", "１２", " -1", "A" * 65, "A\x00"]
)
def test_tracking_number_refuses_line_breaks_and_odd_characters(number: str) -> None:
    with pytest.raises(BadTrackingNumber):
        clean_tracking_number(number)


def test_tracking_number_is_upper_case_and_trimmed() -> None:
    assert clean_tracking_number("  msku 123/4-5.x ") == "MSKU 123/4-5.X"
    assert clean_tracking_number("") == ""


def test_carrier_code_is_a_slug() -> None:
    assert carrier_code("Hapag-Lloyd AG") == "hapag-lloyd-ag"
    assert carrier_code("Sandbox") == "sandbox"


def test_clean_line_refuses_control_characters_and_limits() -> None:
    assert clean_line("  Göteborg ", field="city", limit=120) == "Göteborg"
    with pytest.raises(BadText):
        clean_line("a\nb", field="city", limit=120)
    with pytest.raises(BadText):
        clean_line("a\u202eb", field="city", limit=120)  # right-to-left override
    with pytest.raises(MissingText):
        clean_line("  ", field="city", limit=120)
    with pytest.raises(TextTooLong):
        clean_line("x" * 121, field="city", limit=120)


def test_clean_note_keeps_lines_and_drops_control_characters() -> None:
    assert clean_note("one\r\ntwo\x00\x07") == "one\ntwo"


def test_clean_address_names_the_field_at_fault() -> None:
    assert clean_address({**ADDRESS, "evil": "x"}).keys() == ADDRESS.keys()
    with pytest.raises(MissingText) as missing:
        clean_address({**ADDRESS, "city": ""})
    assert missing.value.field == "city"
    with pytest.raises(UnknownCountry):
        clean_address({**ADDRESS, "country": "XX"})


def test_ship_by_lies_between_today_and_two_years_ahead() -> None:
    today = date(2026, 3, 2)
    check_ship_by(today, today)
    with pytest.raises(DateInPast):
        check_ship_by(date(2026, 3, 1), today)
    with pytest.raises(DateTooFar):
        check_ship_by(date(2028, 3, 3), today)


@pytest.mark.parametrize("rule", ["FAS", "FOB", "CFR", "CIF"])
def test_sea_rules_refuse_other_transport(rule: str) -> None:
    check_rule_fits_mode(rule, "sea")
    with pytest.raises(SeaRuleOnly):
        check_rule_fits_mode(rule, "air")


def test_transport_and_whole_units_are_checked() -> None:
    with pytest.raises(UnknownTransportMode):
        check_transport("camel")
    check_whole(Decimal("1.5"), "TNE")
    with pytest.raises(QuantityFiner):
        check_whole(Decimal("1.5"), "CT")


def test_specification_names_attributes_in_the_language_of_record() -> None:
    words = {
        "moisture": AttributeWords("number", "%", {"en": "Moisture", "es": "Humedad"}),
        "organic": AttributeWords("boolean", "", {"en": "Organic"}),
        "grade": AttributeWords("choice", "", {"en": "Grade"}, [{"code": "a", "names": {"en": "First"}}]),
    }
    text = specification(
        {"moisture": "12.5", "organic": "true", "grade": "a", "old": "x", "empty": ""}, words, "Bags", ""
    )
    assert text == "Moisture: 12.5 %\nOrganic: yes\nGrade: First\nold: x\nBags"
