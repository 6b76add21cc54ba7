"""Own bank accounts, statement files as banks write them, batches. Files are written here, not copied from anybody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from html import escape

from django.core.files.uploadedfile import SimpleUploadedFile

from marketplace.core.actors import Actor
from marketplace.core.ids import new_key
from marketplace.core.money import Money
from tests.factories import AT
from tests.factories.accounts import staff
from trade_assurance.payments.bank_files.latin import reference
from trade_assurance.payments.models import (
    BankAccount,
    BankStatement,
    BankStatementLine,
    PayoutBatch,
    ProviderOperation,
)
from trade_assurance.payments.operations import (
    add_bank_account,
    approve_batch,
    create_batch,
    export_batch,
    read_statement,
    take_statement,
)

TODAY = AT.date()
OUR_IBAN = "DE89370400440532013000"


@dataclass(frozen=True)
class Booking:
    """One entry of a bank: `money` signed. With `parts` a collective booking."""

    money: Money
    text: str = ""
    ref: str = ""
    end_to_end: str = ""
    name: str = "Harbor Foods Inc"
    account: str = "GB33BUKB20201555555555"
    day: date = TODAY
    batch: str = ""
    reversal: bool = False
    status: str = "BOOK"
    parts: tuple[Booking, ...] = ()


def officer() -> Actor:
    """Somebody at the finance desk, new each time."""
    return staff("finance", name="Fin Officer")


def an_account(currency: str = "USD", number: str = OUR_IBAN) -> BankAccount:
    """An account of the marketplace."""
    found = BankAccount.objects.filter(currency=currency, account_number=number).first()
    return found or add_bank_account(
        currency=currency,
        details={
            "holder": "Portolan Trade Assurance",
            "bank_name": "Example Bank",
            "account_number": number,
            "bank_code": "COBADEFFXXX",
        },
        country="DE",
        actor=officer(),
        at=AT,
    )


def camt(
    *bookings: Booking,
    currency: str = "USD",
    opening: int | None = 0,
    closing: int | None = None,
    version: str = "08",
    number: str = "1",
    account: str = OUR_IBAN,
    days: tuple[date, date] = (TODAY, TODAY),
) -> bytes:
    """A statement of these days as a bank writes it; the closing balance adds up unless another is given."""
    return document(
        statement(
            *bookings,
            currency=currency,
            opening=opening,
            closing=closing,
            version=version,
            number=number,
            account=account,
            days=days,
        ),
        version=version,
    )


def document(*statements: str, version: str = "08") -> bytes:
    """A file of several statements."""
    space = f"urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"
    body = "".join(statements)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{space}"><BkToCstmrStmt>'
        f"<GrpHdr><MsgId>M1</MsgId></GrpHdr>{body}</BkToCstmrStmt></Document>"
    ).encode()


def statement(
    *bookings: Booking,
    currency: str = "USD",
    opening: int | None = 0,
    closing: int | None = None,
    version: str = "08",
    number: str = "1",
    account: str = OUR_IBAN,
    days: tuple[date, date] = (TODAY, TODAY),
) -> str:
    """One `Stmt`."""
    booked = sum(booking.money.amount_minor for booking in bookings if booking.status == "BOOK")
    if closing is None and opening is not None:
        closing = opening + booked
    balances = "".join(
        _balance(code, Money(minor, currency), day)
        for code, minor, day in (("OPBD", opening, days[0]), ("CLBD", closing, days[1]))
        if minor is not None
    )
    entries = "".join(_entry(booking, version) for booking in bookings)
    return (
        f"<Stmt><Id>S{number}</Id><ElctrncSeqNb>{number}</ElctrncSeqNb>"
        f"<Acct><Id><IBAN>{account}</IBAN></Id><Ccy>{currency}</Ccy></Acct>{balances}{entries}</Stmt>"
    )


def upload(content: bytes, name: str = "statement.xml") -> SimpleUploadedFile:
    """A file as a browser sends it."""
    return SimpleUploadedFile(name, content)


def read(content: bytes, account: BankAccount | None = None, *, name: str = "statement.xml") -> BankStatement:
    """The first statement of a file, read and not taken."""
    account = account or an_account()
    return read_statement(
        upload=upload(content, name), account_ref=account.ref, actor=officer(), key=new_key(), at=AT
    )[0]


def take(statement: BankStatement, *, actor: Actor | None = None, at: datetime = AT) -> BankStatement:
    """The statement taken by an officer."""
    return take_statement(statement_ref=statement.ref, actor=actor or officer(), key=new_key(), at=at)


def taken(*bookings: Booking, currency: str = "USD", **over: object) -> list[BankStatementLine]:
    """The lines of a statement of these bookings, taken, in order."""
    account = an_account(currency)
    statement = take(read(camt(*bookings, currency=currency, **over), account))  # type: ignore[arg-type]
    return list(statement.lines.order_by("position"))


def a_batch(
    operations: Sequence[ProviderOperation], *, currency: str = "USD", actor: Actor | None = None
) -> PayoutBatch:
    """A batch that its maker approved."""
    return create_batch(
        account_ref=an_account(currency).ref,
        operation_ids=[operation.pk for operation in operations],
        execute_on=AT.date(),
        actor=actor or officer(),
        key=new_key(),
        at=AT,
    )


def an_exported_batch(operations: Sequence[ProviderOperation], *, currency: str = "USD") -> PayoutBatch:
    """A batch with all its approvals, handed in."""
    batch = a_batch(operations, currency=currency)
    while batch.approvals_given < batch.approvals_needed:
        batch = approve_batch(batch_ref=batch.ref, actor=officer(), key=new_key(), at=AT)
    export_batch(batch_ref=batch.ref, form="pain001", again=False, actor=officer(), at=AT)
    return PayoutBatch.objects.get(pk=batch.pk)


def paid_line(operation: ProviderOperation, **over: object) -> Booking:
    """What the bank books when it has made a transfer of ours."""
    facts: dict[str, object] = {
        "money": -operation.money,
        "end_to_end": reference(operation.subject),
        "ref": f"OUT{operation.pk:013}",
    }
    return Booking(**facts | over)  # type: ignore[arg-type]


def _balance(code: str, money: Money, day: date) -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{_amount(money)}"
        f"<Dt><Dt>{day:%Y-%m-%d}</Dt></Dt></Bal>"
    )


def _amount(money: Money) -> str:
    size = Money(abs(money.amount_minor), money.currency)
    mark = "CRDT" if money.amount_minor >= 0 else "DBIT"
    return f'<Amt Ccy="{money.currency}">{size.as_decimal()}</Amt><CdtDbtInd>{mark}</CdtDbtInd>'


def _entry(booking: Booking, version: str) -> str:
    status = booking.status if version < "04" else f"<Cd>{booking.status}</Cd>"
    own = f"<AcctSvcrRef>{booking.ref}</AcctSvcrRef>" if booking.ref else ""
    total = f"<Btch><PmtInfId>{booking.batch}</PmtInfId></Btch>" if booking.batch else ""
    parts = "".join(_details(part, version) for part in booking.parts or (booking,))
    mark = "<RvslInd>true</RvslInd>" if booking.reversal else ""
    return (
        f"<Ntry>{_amount(booking.money)}{mark}<Sts>{status}</Sts>"
        f"<BookgDt><Dt>{booking.day:%Y-%m-%d}</Dt></BookgDt>{own}"
        f"<NtryDtls>{total}{parts}</NtryDtls></Ntry>"
    )


def _details(booking: Booking, version: str) -> str:
    side = "Dbtr" if booking.money.amount_minor > 0 else "Cdtr"
    name = f"<Nm>{escape(booking.name)}</Nm>"
    party = name if version < "08" else f"<Pty>{name}</Pty>"
    end = f"<EndToEndId>{booking.end_to_end}</EndToEndId>" if booking.end_to_end else ""
    if version < "08":
        size = Money(abs(booking.money.amount_minor), booking.money.currency)
        amount = f'<AmtDtls><TxAmt><Amt Ccy="{size.currency}">{size.as_decimal()}</Amt></TxAmt></AmtDtls>'
    else:
        amount = _amount(booking.money)
    return (
        f"<TxDtls><Refs>{end}</Refs>{amount}<RltdPties><{side}>{party}</{side}>"
        f"<{side}Acct><Id><IBAN>{booking.account}</IBAN></Id></{side}Acct></RltdPties>"
        f"<RmtInf><Ustrd>{escape(booking.text)}</Ustrd></RmtInf></TxDtls>"
    )
