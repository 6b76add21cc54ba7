"""Statements of the marketplace's own bank, as CAMT.053 files. Owns their layout; must not know any trade."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

from django.core.files.uploadedfile import SimpleUploadedFile

from marketplace.core.money import Money

_SPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"


@dataclass(frozen=True, slots=True)
class Booking:
    """One entry: `money` signed as the account sees it, and what the bank knows of the other side."""

    money: Money
    day: date
    reference: str
    text: str = ""
    end_to_end: str = ""
    name: str = ""
    account: str = ""
    code: str = ""
    sent_back: bool = False


def statement_file(
    *, account: str, number: int, opening: Money, bookings: Sequence[Booking]
) -> SimpleUploadedFile:
    """A statement of one account, as an officer downloads it from the bank and uploads it here."""
    closing = opening
    for booking in bookings:
        closing += booking.money
    days = [booking.day for booking in bookings]
    body = "".join(
        (
            f"<Id>STMT-{number}</Id><ElctrncSeqNb>{number}</ElctrncSeqNb>",
            f"<Acct><Id><IBAN>{account}</IBAN></Id><Ccy>{opening.currency}</Ccy></Acct>",
            _balance("OPBD", opening, min(days)),
            _balance("CLBD", closing, max(days)),
            *(_entry(booking) for booking in bookings),
        )
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{_SPACE}"><BkToCstmrStmt>'
        f"<GrpHdr><MsgId>STMT-{number}</MsgId></GrpHdr><Stmt>{body}</Stmt></BkToCstmrStmt></Document>\n"
    )
    name = f"statement-{opening.currency.lower()}-{number:04}.xml"
    return SimpleUploadedFile(name, content.encode(), content_type="application/xml")


def _balance(code: str, money: Money, day: date) -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{_amount(money)}"
        f"<Dt><Dt>{day:%Y-%m-%d}</Dt></Dt></Bal>"
    )


def _entry(booking: Booking) -> str:
    side = "Dbtr" if booking.money.is_positive else "Cdtr"
    parties = _tag(side, _tag("Pty", _tag("Nm", escape(booking.name)))) + _tag(
        f"{side}Acct", _tag("Id", _tag("Othr", _tag("Id", escape(booking.account))))
    )
    details = (
        f"<Refs><AcctSvcrRef>{escape(booking.reference)}</AcctSvcrRef>"
        f"<EndToEndId>{escape(booking.end_to_end or 'NOTPROVIDED')}</EndToEndId></Refs>"
        + _tag("RltdPties", parties)
        + _tag("RltdAgts", _tag(f"{side}Agt", _tag("FinInstnId", _tag("BICFI", escape(booking.code)))))
        + _tag("RmtInf", _tag("Ustrd", escape(booking.text)))
        + ("<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>" if booking.sent_back else "")
    )
    return (
        f"<Ntry>{_amount(booking.money)}<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{booking.day:%Y-%m-%d}</Dt></BookgDt>"
        f"<AcctSvcrRef>{escape(booking.reference)}</AcctSvcrRef>"
        f"<NtryDtls><TxDtls>{details}</TxDtls></NtryDtls></Ntry>"
    )


def _amount(money: Money) -> str:
    size = money if money.amount_minor >= 0 else -money
    mark = "CRDT" if money.amount_minor >= 0 else "DBIT"
    return f'<Amt Ccy="{size.currency}">{size.as_decimal()}</Amt><CdtDbtInd>{mark}</CdtDbtInd>'


def _tag(name: str, inside: str) -> str:
    return f"<{name}>{inside}</{name}>" if inside else ""
