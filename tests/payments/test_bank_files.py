"""Bank files by themselves: what goes out is in the schema's order and the bank's characters, what comes in is read or named."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.core.money import Money
from trade_assurance.payments.bank_files.accounts import AccountUnusable, bank_party
from trade_assurance.payments.bank_files.camt import read_camt
from trade_assurance.payments.bank_files.csv_statement import (
    CsvLayout,
    guess_layout,
    parse_amount,
    read_csv,
    read_table,
)
from trade_assurance.payments.bank_files.latin import latin
from trade_assurance.payments.bank_files.lines import FileUnreadable, fingerprints
from trade_assurance.payments.bank_files.pain import (
    NAMESPACE,
    Transfer,
    TransferFile,
    TransferGroup,
    as_csv,
    as_pain001,
    defused,
)
from trade_assurance.payments.bank_files.safe_xml import XmlRefused, read_xml
from trade_assurance.payments.providers.references import find_references, reference_from

X_SET = re.compile(r"[A-Za-z0-9/\-?:().,'+ ]*")
# The order in which the schema (pain.001.001.09) wants the elements that are written here.
ORDER = {
    "GrpHdr": ["MsgId", "CreDtTm", "NbOfTxs", "CtrlSum", "InitgPty"],
    "PmtInf": [
        "PmtInfId", "PmtMtd", "BtchBookg", "NbOfTxs", "CtrlSum", "PmtTpInf", "ReqdExctnDt", "Dbtr", "DbtrAcct",
        "DbtrAgt", "ChrgBr", "CdtTrfTxInf",
    ],
    "CdtTrfTxInf": ["PmtId", "Amt", "CdtrAgt", "Cdtr", "CdtrAcct", "Purp", "RmtInf"],
    "FinInstnId": ["BICFI", "ClrSysMmbId", "Nm", "Othr"],
    "ClrSysMmbId": ["ClrSysId", "MmbId"],
    "PmtId": ["InstrId", "EndToEndId"],
    "Dbtr": ["Nm", "PstlAdr"],
    "Cdtr": ["Nm", "PstlAdr"],
}  # fmt: skip
LENGTHS = {"MsgId": 35, "PmtInfId": 35, "InstrId": 35, "EndToEndId": 35, "Nm": 70, "Ustrd": 140, "MmbId": 35}
DEBTOR = bank_party(
    {
        "holder": "Portolan Trade Assurance",
        "account_number": "DE89 3704 0044 0532 0130 00",
        "bank_code": "COBADEFFXXX",
        "country": "DE",
    }
)


def to(
    holder: str, number: str, code: str = "", country: str = "", bank: str = "State Bank"
) -> dict[str, str]:
    return {
        "holder": holder,
        "account_number": number,
        "bank_code": code,
        "country": country,
        "bank_name": bank,
    }


def a_file(*transfers: Transfer, currency: str = "USD", refunds: tuple[Transfer, ...] = ()) -> TransferFile:
    return TransferFile(
        reference="bat_7k3m9q2x4t8v",
        created_at=datetime(2026, 4, 1, 9, 30, tzinfo=UTC),
        execute_on=date(2026, 4, 2),
        currency=currency,
        debtor=DEBTOR,
        groups=(
            TransferGroup("P", "payout", "SUPP", "", transfers),
            TransferGroup("R", "refund", "", "REFU", refunds),
        ),
    )


def a_transfer(ref: str, minor: int, details: dict[str, str], *, currency: str = "USD") -> Transfer:
    return Transfer(ref, Money(minor, currency), bank_party(details), f"Payout {ref}")


INDIA = a_transfer(
    "pyo_000000000001", 123_456, to("Kaveri & Söhne Pvt. Ltd.", "00000011112222", "SBIN0000300", "IN")
)
EUROPE = a_transfer("pyo_000000000002", 1, to("Łódź Młyn", "PL61 1090 1014 0000 0712 1981 2874", "", "PL"))
AMERICA = a_transfer("rfd_000000000003", 100_000, to("Harbor Foods", "123456789", "021000021", "US"))


def parsed(content: bytes) -> ET.Element:
    return ET.fromstring(content)  # noqa: S314 -- our own file


def local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def test_pain_is_in_the_schemas_order_lengths_and_characters() -> None:
    root = parsed(as_pain001(a_file(INDIA, EUROPE, refunds=(AMERICA,))))
    assert root.tag == f"{{{NAMESPACE}}}Document"
    for element in root.iter():
        name = local(element)
        if name in ORDER:
            places = [ORDER[name].index(local(child)) for child in element]
            assert places == sorted(places), name
        if not len(element):
            text = element.text or ""
            assert X_SET.fullmatch(text), text
            assert len(text) <= LENGTHS.get(name, 140)
            assert text


def test_pain_counts_and_sums_whole_file_and_each_payment_type() -> None:
    root = parsed(as_pain001(a_file(INDIA, EUROPE, refunds=(AMERICA,))))
    space = {"p": NAMESPACE}
    header = root.find("p:CstmrCdtTrfInitn/p:GrpHdr", space)
    assert header is not None
    assert (header.findtext("p:NbOfTxs", "", space), header.findtext("p:CtrlSum", "", space)) == (
        "3",
        "2234.57",
    )
    parts = [
        (part.findtext("p:NbOfTxs", "", space), part.findtext("p:CtrlSum", "", space))
        for part in root.iterfind("p:CstmrCdtTrfInitn/p:PmtInf", space)
    ]
    assert parts == [("2", "1234.57"), ("1", "1000.00")]
    assert [found.text for found in root.iterfind(".//p:PmtTpInf/p:CtgyPurp/p:Cd", space)] == ["SUPP"]
    assert [found.text for found in root.iterfind(".//p:Purp/p:Cd", space)] == ["REFU"]
    ends = [found.text for found in root.iterfind(".//p:EndToEndId", space)]
    assert ends == ["pyo-000000000001", "pyo-000000000002", "rfd-000000000003"]


def test_pain_names_accounts_and_banks_for_what_they_are() -> None:
    text = as_pain001(a_file(INDIA, EUROPE, refunds=(AMERICA,))).decode()
    assert (
        "<Othr>\n            <Id>00000011112222</Id>" in text.replace("  " * 5, "          ")
        or "00000011112222" in text
    )
    assert re.search(r"<Cd>INFSC</Cd>\s*</ClrSysId>\s*<MmbId>SBIN0000300</MmbId>", text)
    assert re.search(r"<Cd>USABA</Cd>\s*</ClrSysId>\s*<MmbId>021000021</MmbId>", text)
    assert "<IBAN>PL61109010140000071219812874</IBAN>" in text
    assert "<BICFI>COBADEFFXXX</BICFI>" in text
    assert "<Nm>Kaveri + Sohne Pvt. Ltd.</Nm>" in text
    assert "<Nm>Lodz Mlyn</Nm>" in text


@pytest.mark.parametrize(
    ("currency", "minor", "written"), [("JPY", 1500, "1500"), ("KWD", 1500, "1.500"), ("USD", 1500, "15.00")]
)
def test_pain_writes_amounts_with_the_currencys_decimals(currency: str, minor: int, written: str) -> None:
    transfer = a_transfer("pyo_1", minor, to("Kaveri", "12345678", "", "IN"), currency=currency)
    text = as_pain001(a_file(transfer, currency=currency)).decode()
    assert f'<InstdAmt Ccy="{currency}">{written}</InstdAmt>' in text
    assert f"<CtrlSum>{written}</CtrlSum>" in text


def test_files_of_one_batch_are_the_same_bytes() -> None:
    assert as_pain001(a_file(INDIA, EUROPE)) == as_pain001(a_file(INDIA, EUROPE))
    assert as_csv(a_file(INDIA, EUROPE)) == as_csv(a_file(INDIA, EUROPE))


def test_csv_says_the_same_and_no_cell_is_a_formula() -> None:
    evil = a_transfer("pyo_9", 5, to('=HYPERLINK("http://x")', "12345678", "", "IN", bank="+1+1"))
    rows = list(csv.reader(io.StringIO(as_csv(a_file(evil)).decode("utf-8-sig"))))
    assert rows[1][3:7] == ["pyo-9", "0.05", "USD", '\'=HYPERLINK("http://x")']
    assert rows[1][9] == "'+1+1"
    assert defused("  @x").startswith("'")
    assert defused("Kaveri") == "Kaveri"


@pytest.mark.parametrize(
    ("written", "in_latin"),
    [
        ("Müller & Co. KG", "Muller + Co. KG"),
        ("Phở Hà Nội — 24/7", "Pho Ha Noi - 24/7"),
        ("  //Şirket//  ", "Sirket"),
        ("株式会社", None),
        ("Ελλάς", None),
        ("A" * 90, "A" * 70),
        ("", ""),
    ],
)
def test_latin_spells_what_has_a_latin_form_and_refuses_the_rest(written: str, in_latin: str | None) -> None:
    assert latin(written, 70) == in_latin


@given(st.text(max_size=200))
def test_latin_gives_only_what_banks_take(text: str) -> None:
    spelled = latin(text, 70)
    assert spelled is None or (X_SET.fullmatch(spelled) and len(spelled) <= 70 and "//" not in spelled)


@pytest.mark.parametrize(
    ("details", "field"),
    [
        (to("A", "DE00 3704 0044 0532 0130 00"), "account_number"),
        (to("A", "12"), "account_number"),
        (to("A", "ABCDEF"), "account_number"),
        (to("A", "1234", "NOTABIC!"), "bank_code"),
        (to("A", "1234", "ABCDEFGHIJK", "IN"), "bank_code"),
        (to("A", "1234", "021000020", "US"), "bank_code"),
    ],
)
def test_bank_party_refuses_what_no_bank_would_take(details: dict[str, str], field: str) -> None:
    with pytest.raises(AccountUnusable) as refused:
        bank_party(details)
    assert refused.value.field == field


# --- references -------------------------------------------------------------------------------------------------

OURS = reference_from("7K3M9Q2")
OTHER = reference_from("10AB3CD")


@pytest.mark.parametrize(
    "text",
    [
        OURS,
        f"INV 4711 {OURS} RICE",
        OURS.lower().replace("-", ""),
        OURS.replace("-", " "),
        f"ORDER\n{OURS[:8]}\n{OURS[8:]}",
        f"/ROC/{OURS}//",
        f"P{OURS}",
        f"REF {OURS[3:]} THANKS",
    ],
)
def test_find_references_in_what_banks_and_people_make_of_them(text: str) -> None:
    assert find_references(text) == [OURS]


def test_find_references_reads_misread_letters_and_names_each_once() -> None:
    misread = OTHER.replace("1", "I").replace("0", "O")
    assert find_references(f"{misread} and again {OTHER}, also {OURS}") == [OTHER, OURS]


@pytest.mark.parametrize(
    "text", ["", "INVOICE 20260401", OURS[:-1] + ("0" if OURS[-1] != "0" else "1"), "RICE 20 T"]
)
def test_find_references_finds_none_where_none_is(text: str) -> None:
    assert find_references(text) == []


# --- XML of strangers -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>', "dtd"),
        (b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>', "dtd"),
        (b"<x>" * 50 + b"</x>" * 50, "depth"),
        (b"<x><y></x>", "broken"),
        (b"", "broken"),
        (b"<x>&unknown;</x>", "broken"),
        (b" " * (10 * 1024 * 1024 + 1), "size"),
    ],
)
def test_read_xml_refuses_bombs_and_broken_files(content: bytes, why: str) -> None:
    with pytest.raises(XmlRefused) as refused:
        read_xml(content)
    assert refused.value.why == why


def test_read_camt_tells_people_what_to_do_with_another_file() -> None:
    for content in (b"<html/>", b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"/>'):
        with pytest.raises(FileUnreadable, match=r"camt\.053"):
            read_camt(content)
    with pytest.raises(FileUnreadable, match="document type"):
        read_camt(b'<!DOCTYPE x [<!ENTITY a "ha">]><Document/>')


# --- CSV --------------------------------------------------------------------------------------------------------

GERMAN = """Umsatzanzeige;;;;
Konto;DE89370400440532013000;;;
Buchungstag;Auftraggeber;Verwendungszweck;Betrag;Währung
01.04.2026;Harbor Foods;"PT-7K3M-9Q2X; Reis";1.234,56;EUR
02.04.2026;Bank;Entgelt;-12,30;EUR
"""


def test_read_csv_with_a_preamble_decimal_commas_and_groups() -> None:
    table = read_table(GERMAN.encode("cp1252"))
    layout = guess_layout(table)
    assert (table.head_line, layout.decimal, layout.date_format) == (3, ",", "%d.%m.%Y")
    statement = read_csv(table, layout, account="X", currency="EUR")
    assert [line.money.amount_minor for line in statement.lines] == [123_456, -1_230]
    assert statement.lines[0].text == "PT-7K3M-9Q2X; Reis"
    assert statement.lines[0].place == 4
    assert statement.problems == ()


def test_read_csv_with_two_columns_of_amounts_and_american_dates() -> None:
    text = 'Date,Description,Credit,Debit\n12/31/2026,In,"1,000.00",\n12/31/2026,Out,,5.25\n'
    table = read_table(text.encode())
    layout = CsvLayout(
        {"booked_on": "Date", "text": "Description", "credit": "Credit", "debit": "Debit"}, "%m/%d/%Y", "."
    )
    statement = read_csv(table, layout, account="X", currency="USD")
    assert [line.money.amount_minor for line in statement.lines] == [100_000, -525]


def test_read_csv_names_the_wrong_row_with_line_and_column_and_keeps_the_others() -> None:
    broken = (
        GERMAN
        + "32.04.2026;X;Y;1,00;EUR\n03.04.2026;X;Y;1.23,4;EUR\n04.04.2026;X;Y;7,00;USD\n05.04.2026;X;Y;;EUR\n"
    )
    table = read_table(broken.encode())
    statement = read_csv(table, guess_layout(read_table(GERMAN.encode())), account="X", currency="EUR")
    assert len(statement.lines) == 2
    assert [(problem.line, problem.column) for problem in statement.problems] == [
        (6, "Buchungstag"),
        (7, "Betrag"),
        (8, "Währung"),
        (9, "Betrag"),
    ]
    assert "31.12.2026" in str(statement.problems[0].advice)
    assert "1.234,56" in str(statement.problems[1].advice)


@pytest.mark.parametrize(
    ("text", "decimal", "amount"),
    [
        ("1.234,56", ",", "1234.56"),
        ("1 234,56", ",", "1234.56"),
        ("1'234.56", ".", "1234.56"),
        ("1,234,567.8", ".", "1234567.8"),
        ("12,34,567.80", ".", "1234567.80"),
        ("−12,00", ",", "-12.00"),
        ("12,00-", ",", "-12.00"),
        ("(12.00)", ".", "-12.00"),
        ("+5", ".", "5"),
        ("1.234", ",", "1234"),
    ],
)
def test_parse_amount_reads_what_banks_write(text: str, decimal: str, amount: str) -> None:
    assert parse_amount(text, decimal) == Decimal(amount)


@pytest.mark.parametrize(
    ("text", "decimal"),
    [
        ("1.23,4", ","),
        ("1,234.56", ","),
        ("1.2.3", "."),
        ("abc", "."),
        ("", "."),
        ("1e5", "."),
        ("NaN", "."),
        ("--1", "."),
    ],
)
def test_parse_amount_refuses_what_may_mean_something_else(text: str, decimal: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- the text is its message
        parse_amount(text, decimal)


def test_read_table_takes_tabs_utf16_and_refuses_what_is_no_table() -> None:
    assert read_table("a\tb\tc\n1\t2\t3\n".encode("utf-16")).rows == ((2, ("1", "2", "3")),)
    for content in (b"just words", b"", b"a;b\n" * 2_100):
        with pytest.raises(FileUnreadable):
            read_table(content)


def test_equal_lines_of_one_day_are_two_and_the_banks_reference_is_stronger_than_words() -> None:
    text = "Date,Text,Amount,Ref\n2026-04-01,Rice,5.00,\n2026-04-01,Rice,5.00,\n2026-04-01,Rice,5.00,AB 1\n2026-04-01,Beans,5.00,ab1\n"
    layout = CsvLayout(
        {"booked_on": "Date", "text": "Text", "amount": "Amount", "bank_reference": "Ref"}, "%Y-%m-%d", "."
    )
    lines = read_csv(read_table(text.encode()), layout, account="X", currency="USD").lines
    marks = fingerprints(lines)
    assert len(set(marks)) == 4
    assert fingerprints(lines[:1]) == [marks[0]]
    assert fingerprints(lines[3:]) == [marks[2]]
