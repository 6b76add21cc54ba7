"""Reads ISO 20022 CAMT.053 statements, versions 001.02 to 001.13. Pure.

Elements are found by local name, so that what moved between versions (`Nm` and `Pty/Nm`, `BIC` and `BICFI`,
`Sts` and `Sts/Cd`) is found in either place. Only what the bank has booked is a line.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import DomainError, Text
from marketplace.core.money import Money
from trade_assurance.payments.bank_files.accounts import compact
from trade_assurance.payments.bank_files.lines import (
    MAXIMUM_LINES,
    FileUnreadable,
    Problem,
    ReadLine,
    ReadStatement,
    day_span,
)
from trade_assurance.payments.bank_files.safe_xml import Element, XmlRefused, read_xml

_NAMESPACE: Final = "urn:iso:std:iso:20022:tech:xsd:camt.053.001."
_REFUSALS: Final[dict[str, Text]] = {
    "size": _("The file is larger than 10 MB. Ask the bank for one file per day."),
    "dtd": _(
        "The file declares a document type or entities, which no bank statement does. Nothing of it was read."
    ),
    "depth": _("The file is nested deeper than any bank statement. Nothing of it was read."),
    "elements": _("The file has more elements than any bank statement. Ask the bank for one file per day."),
    "broken": _(
        "The file is not well-formed XML. Fetch it from the bank once more and do not open it in between."
    ),
}
_NO_AMOUNT: Final = _("The amount is not a number of this currency. Ask the bank for the file once more.")
_OTHER_CURRENCY: Final = _(
    "The booking is in another currency than the account. It was left out: ask the bank."
)
_NO_DAY: Final = _("The booking has no day. Ask the bank for the file once more.")


def read_camt(content: bytes) -> list[ReadStatement]:
    """Every statement of the file. Raises `FileUnreadable` in words a person can act on."""
    try:
        root = read_xml(content)
    except XmlRefused as error:
        raise FileUnreadable(_REFUSALS[error.why]) from error
    if root.name != "Document" or not root.namespace.startswith(_NAMESPACE):
        raise FileUnreadable(
            _(
                "This is XML, but no CAMT.053 statement. Choose “camt.053” where the bank offers files to download."
            )
        )
    statements = [_statement(element) for element in root.all("BkToCstmrStmt/Stmt")]
    if not statements:
        raise FileUnreadable(_("The file holds no statement."))
    if sum(len(statement.lines) for statement in statements) > MAXIMUM_LINES:
        raise FileUnreadable(_("The file has more than 2,000 bookings. Ask the bank for one file per day."))
    return statements


def _statement(stmt: Element) -> ReadStatement:
    currency = _currency(stmt)
    problems: list[Problem] = []
    lines: list[ReadLine] = []
    left_out = 0
    for entry in stmt.all("Ntry"):
        if entry.said("Sts/Cd", "Sts").upper() not in {"BOOK", ""}:
            left_out += 1
            continue
        read = _entry(entry, currency)
        if isinstance(read, Problem):
            problems.append(read)
        else:
            lines += [line for line in read if not line.money.is_zero]
    first, last = day_span(line.booked_on for line in lines)
    return ReadStatement(
        account=compact(stmt.said("Acct/Id/IBAN", "Acct/Id/Othr/Id", "Acct/Id/PrtryAcct/Id")),
        currency=currency,
        number=(stmt.said("ElctrncSeqNb", "LglSeqNb") or stmt.said("Id"))[:80],
        from_on=_day(stmt.said("FrToDt/FrDtTm")) or _balance_day(stmt, "OPBD") or first,
        to_on=_balance_day(stmt, "CLBD") or _day(stmt.said("FrToDt/ToDtTm")) or last,
        opening=_balance(stmt, currency, "OPBD", "PRCD"),
        closing=_balance(stmt, currency, "CLBD"),
        lines=tuple(lines),
        problems=tuple(problems),
        not_booked=left_out,
    )


def _currency(stmt: Element) -> str:
    said = stmt.said("Acct/Ccy")
    if said:
        return said
    amount = stmt.first("Bal/Amt", "Ntry/Amt")
    return "" if amount is None else amount.attributes.get("Ccy", "")


def _entry(entry: Element, currency: str) -> list[ReadLine] | Problem:
    amount = _signed(entry, currency)
    if isinstance(amount, Problem):
        return amount
    booked_on = _day(entry.said("BookgDt/Dt", "BookgDt/DtTm", "ValDt/Dt", "ValDt/DtTm"))
    if booked_on is None:
        return Problem(entry.line, "BookgDt", "", _NO_DAY)
    details = list(entry.all("NtryDtls/TxDtls"))
    parts = _parts(details, amount)
    if parts is None:
        return [_line(entry, details, amount, booked_on, 0)]
    if len(parts) == 1:
        return [_line(entry, details, amount, booked_on, 0)]
    return [
        _line(entry, [detail], part, booked_on, number)
        for number, (detail, part) in enumerate(zip(details, parts, strict=True), start=1)
    ]


def _parts(details: list[Element], amount: Money) -> list[Money] | None:
    """The parts of a collective booking, when they are all there and come to the whole."""
    if len(details) < 2:
        return None
    parts = []
    for detail in details:
        part = _part(detail, amount)
        if part is None:
            return None
        parts.append(part)
    total = Money.zero(amount.currency)
    for part in parts:
        total = total + part
    return parts if total == amount else None


def _part(detail: Element, whole: Money) -> Money | None:
    found = detail.first("Amt", "AmtDtls/TxAmt/Amt")
    if found is None or found.attributes.get("Ccy") != whole.currency:
        return None
    try:
        size = Money.from_decimal(Decimal(found.text.strip()), whole.currency)
    except (InvalidOperation, DomainError):
        return None
    mark = detail.said("CdtDbtInd") or ("CRDT" if whole.is_positive else "DBIT")
    return size if mark == "CRDT" else -size


def _line(entry: Element, details: list[Element], money: Money, booked_on: date, number: int) -> ReadLine:
    detail = details[0] if details else entry
    own = detail.said("Refs/AcctSvcrRef")
    shared = entry.said("AcctSvcrRef")
    of_entry = f"{shared}/{number}" if shared and number else shared
    side = "Dbtr" if money.is_positive else "Cdtr"
    party, account, agent = f"RltdPties/{side}", f"RltdPties/{side}Acct", f"RltdAgts/{side}Agt/FinInstnId"
    end_to_end = detail.said("Refs/EndToEndId")
    return ReadLine(
        place=(detail if number else entry).line,
        money=money,
        booked_on=booked_on,
        bank_reference=((own if number and own != shared else "") or of_entry or own)[:120],
        end_to_end="" if end_to_end == "NOTPROVIDED" else end_to_end[:70],
        batch_reference=entry.said("NtryDtls/Btch/PmtInfId", "NtryDtls/Btch/MsgId")[:70]
        or detail.said("Refs/PmtInfId", "Refs/MsgId")[:70],
        party_name=detail.said(f"{party}/Pty/Nm", f"{party}/Nm", f"RltdPties/Ultmt{side}/Nm")[:200],
        party_account=detail.said(f"{account}/Id/IBAN", f"{account}/Id/Othr/Id")[:64],
        party_bank=detail.said(f"{agent}/BICFI", f"{agent}/BIC", f"{agent}/ClrSysMmbId/MmbId")[:64],
        text=_text(entry, details),
        is_reversal=entry.said("RvslInd").lower() in {"true", "1"} or bool(list(detail.all("RtrInf"))),
    )


def _text(entry: Element, details: list[Element]) -> str:
    """Everything people or banks wrote, one piece a line: remittance, structured references, return reasons."""
    pieces = []
    for detail in details:
        for path in (
            "RmtInf/Ustrd",
            "RmtInf/Strd/CdtrRefInf/Ref",
            "RmtInf/Strd/RfrdDocInf/Nb",
            "RmtInf/Strd/AddtlRmtInf",
            "RtrInf/Rsn/Cd",
            "RtrInf/AddtlInf",
            "AddtlTxInf",
        ):
            pieces += [" ".join(found.text.split()) for found in detail.all(path)]
    pieces.append(entry.said("AddtlNtryInf"))
    return "\n".join(dict.fromkeys(piece for piece in pieces if piece))[:4000]


def _signed(element: Element, currency: str) -> Money | Problem:
    found = element.first("Amt")
    text = "" if found is None else found.text.strip()
    if found is not None and found.attributes.get("Ccy", currency) != currency:
        return Problem(element.line, "Amt", f"{text} {found.attributes.get('Ccy')}", _OTHER_CURRENCY)
    try:
        size = Money.from_decimal(Decimal(text), currency)
    except (InvalidOperation, DomainError):
        return Problem(element.line, "Amt", text, _NO_AMOUNT)
    mark = element.said("CdtDbtInd")
    if size.amount_minor < 0 or mark not in {"CRDT", "DBIT"} or size.amount_minor > 10**15:
        return Problem(element.line, "Amt", f"{text} {mark}", _NO_AMOUNT)
    return size if mark == "CRDT" else -size


def _balance(stmt: Element, currency: str, *codes: str) -> Money | None:
    for code in codes:
        for balance in stmt.all("Bal"):
            if balance.said("Tp/CdOrPrtry/Cd") == code:
                signed = _signed(balance, currency)
                return None if isinstance(signed, Problem) else signed
    return None


def _balance_day(stmt: Element, code: str) -> date | None:
    for balance in stmt.all("Bal"):
        if balance.said("Tp/CdOrPrtry/Cd") == code:
            return _day(balance.said("Dt/Dt", "Dt/DtTm"))
    return None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
