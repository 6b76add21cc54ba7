"""The finance desk and its bank: payouts in one file, statements read and taken, lines nobody could match."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from marketplace.core.money import Money
from marketplace.core.operator_settings import change_setting
from marketplace.demo.story import people as who
from marketplace.demo.story.bank_papers import Booking, statement_file
from marketplace.demo.story.cast import SETUP
from marketplace.demo.story.payday import Payday
from marketplace.demo.story.stage import Scene, Script, Stage
from marketplace.demo.story.trade import BANK_TRANSFER, HELENA, RAHUL
from trade_assurance.payments import operations as payments
from trade_assurance.payments.models import (
    BankAccount,
    BankReceipt,
    BankStatement,
    BankStatementLine,
    Payment,
    PayoutBatch,
    ProviderOperation,
)
from trade_assurance.payments.states import PAYMENT_OPEN, OperationKind, OperationState

# IBAN examples of the SWIFT registry.
_OWN: Final = {"USD": "CH9300762011623852957", "EUR": "AT611904300234573201"}
_DOLLARS: Final = "USD"
_OUTGOING: Final = (OperationKind.PAY_OUT, OperationKind.REFUND, OperationKind.RETURN)
FIRST_NUMBER: Final = 41


def accounts_at_the_bank(stage: Stage) -> Script:
    """The marketplace's own accounts: transfers leave them, statements come from them, buyers are shown them."""
    yield stage.day(-104, "10:00")
    for currency, number in _OWN.items():
        payments.add_bank_account(
            currency=currency,
            details={
                "holder": stage.content.operator_name,
                "bank_name": "Harbour Commercial Bank",
                "account_number": number,
                "bank_code": _code_of(number),
            },
            country=number[:2],
            actor=stage.actor(HELENA),
            at=stage.at,
        )
        change_setting(
            key=f"payments.bank_account_in.{currency}",
            value=f"{number}; {_code_of(number)}; Harbour Commercial Bank; {stage.content.operator_name}",
            actor=SETUP,
            at=stage.at,
            reason="Buyers transfer to the account of their currency",
        )


def payouts_in_one_file(stage: Stage) -> Script:
    """Three suppliers are paid by one file; the statement confirms them, and one transfer comes back."""
    paydays = [Payday(stage, person, _DOLLARS) for person in (who.HARPREET, who.MEERA, who.SELAM)]
    yield stage.day(-31, "08:30")
    for payday in paydays:
        payday.ask()
    yield stage.day(-31, "13:00")
    for payday in paydays:
        payday.approve_in_full()
    yield stage.day(-30, "09:20")
    batch = _batch(stage, paydays)
    yield stage.day(-30, "10:45")
    _hand_in(stage, batch)
    yield stage.day(-28, "08:40")
    operations = [ProviderOperation.objects.get(subject=payday.ref) for payday in paydays]
    _take(stage, [_paid(operation, stage.at.date()) for operation in operations])
    yield stage.day(-24, "08:50")
    returned = _paid(operations[1], stage.at.date())
    back = replace(
        returned,
        money=-returned.money,
        reference=f"{returned.reference}R",
        text=f"RETURN {returned.end_to_end} BENEFICIARY ACCOUNT CLOSED",
        end_to_end="",
        sent_back=True,
    )
    _take(stage, [back])


def batch_for_the_second_person(stage: Stage) -> Script:
    """Made yesterday by one officer; its sum needs another one's yes before the file may leave."""
    yield stage.ago(hours=20)
    operation = ProviderOperation.objects.get(
        payee=stage.company(who.SONIA), provider=BANK_TRANSFER, ended_at=None
    )
    _create(stage, [operation])


def statement_of_yesterday(stage: Stage) -> Script:
    """One line is matched, one is the bank's charge, two wait for somebody; today's statement is not taken yet."""
    yield stage.ago(hours=23)
    short, mistyped = _announced(stage, who.DANA), _announced(stage, who.OMAR)
    day = stage.at.date()
    lines = _take(
        stage,
        [
            Booking(
                short.money - _dollars("25.00"),
                day,
                "FT-0093-4471-US",
                text=f"{short.reference} LESS OUR CHARGES 25.00",
                name="BLUE RIDGE ROASTERS AND PROVISIONS",
                account="4471902208",
                code="CATBUS33",
            ),
            Booking(
                mistyped.money,
                day,
                "AE-ENBD-0084-17",
                text=f"BASMATI {_mistyped(mistyped.reference)} KHALEEJ",
                name="KHALEEJ FOODS TRADING LLC",
                account="AE070331234567890123456",
                code="GULFAEAD",
            ),
            Booking(
                _dollars("1250.00"),
                day,
                "DE-HASP-220930",
                text="Anzahlung lt. Telefonat",
                name="Nordlicht Handels GmbH",
                account="DE89370400440532013000",
                code="HASPDEHH",
            ),
            Booking(-_dollars("35.00"), day, "FEE-11-2207", text="Account and payment charges of the month"),
        ],
    )
    yield stage.ago(hours=21)
    payments.book_line_as_fee(
        line_ref=next(line.ref for line in lines if line.bank_reference.startswith("FEE")),
        reason="The bank's monthly charges, as its price list says.",
        actor=stage.actor(HELENA),
        key="demo:bank:fee",
        at=stage.at,
    )
    _take(stage, [], "EUR")
    yield stage.ago(hours=2)
    rest = Booking(
        _dollars("25.00"),
        stage.at.date(),
        "FT-0094-0102-US",
        text=f"REST OF {short.reference}",
        name="BLUE RIDGE ROASTERS AND PROVISIONS",
        account="4471902208",
        code="CATBUS33",
    )
    _read(stage, [rest])


def _code_of(number: str) -> str:
    return f"HARB{number[:2]}22"


def _batch(stage: Stage, paydays: Sequence[Payday]) -> PayoutBatch:
    return _create(
        stage, [ProviderOperation.objects.get(subject=payday.ref, ended_at=None) for payday in paydays]
    )


def _create(stage: Stage, operations: Sequence[ProviderOperation]) -> PayoutBatch:
    return payments.create_batch(
        account_ref=BankAccount.objects.get(currency=_DOLLARS).ref,
        operation_ids=[operation.pk for operation in operations],
        execute_on=stage.at.date() + timedelta(days=1),
        actor=stage.actor(HELENA),
        key=f"demo:batch:{stage.at:%Y-%m-%d}",
        at=stage.at,
    )


def _hand_in(stage: Stage, batch: PayoutBatch) -> None:
    """The second person's yes where it is needed, and the file for the bank."""
    rahul = stage.actor(RAHUL)
    if batch.approvals_given < batch.approvals_needed:
        payments.approve_batch(
            batch_ref=batch.ref, actor=rahul, key=f"demo:batch:{batch.ref}:yes", at=stage.at
        )
    payments.export_batch(batch_ref=batch.ref, form="pain001", again=False, actor=rahul, at=stage.at)


def _paid(operation: ProviderOperation, day: date) -> Booking:
    """A transfer of ours as the statement shows it."""
    to = operation.params.get("destination", {})
    return Booking(
        -operation.money,
        day,
        f"OUT-{day:%y%m%d}-{operation.pk}",
        end_to_end=operation.subject.replace("_", "-"),
        name=to.get("holder", ""),
        account=to.get("account_number", ""),
        code=to.get("bank_code", ""),
    )


def _read(stage: Stage, bookings: Sequence[Booking], currency: str = _DOLLARS) -> BankStatement:
    """The next statement of the account, as its officer uploads it: it opens with what the last one closed with."""
    earlier = BankStatement.objects.filter(account__currency=currency)
    last = earlier.order_by("-pk").first()
    number = FIRST_NUMBER + earlier.count()
    return payments.read_statement(
        upload=statement_file(
            account=_OWN[currency],
            number=number,
            opening=Money((last.closing_minor or 0) if last else 0, currency),
            bookings=bookings,
        ),
        account_ref="",
        actor=stage.actor(HELENA),
        key=f"demo:statement:{currency}:{number}",
        at=stage.at,
    )[0]


def _take(stage: Stage, bookings: Sequence[Booking], currency: str = _DOLLARS) -> Sequence[BankStatementLine]:
    """Take the next statement: what was recorded by hand since the last one stands in it too."""
    statement = _read(stage, [*_known_already(currency), *bookings], currency)
    payments.take_statement(
        statement_ref=statement.ref,
        actor=stage.actor(HELENA),
        key=f"demo:statement:{currency}:{statement.number}:take",
        at=stage.at,
    )
    return list(statement.lines.order_by("position"))


def _known_already(currency: str) -> list[Booking]:
    """Transfers that somebody recorded or confirmed by hand before a statement showed them."""
    receipts = BankReceipt.objects.filter(payment__currency=currency, statement_line=None)
    came = [
        Booking(
            Money(receipt.amount_minor, currency),
            receipt.received_on,
            receipt.bank_reference,
            text=receipt.payment.reference,
            name=receipt.sender or receipt.payment.payer.legal_name,
        )
        for receipt in receipts.select_related("payment__payer").order_by("received_on", "pk")
    ]
    done = ProviderOperation.objects.filter(
        provider=BANK_TRANSFER, currency=currency, kind__in=_OUTGOING, state=OperationState.DONE
    )
    unseen = done.filter(bank_lines=None, batch_lines=None).order_by("ended_at", "pk")
    return [
        *came,
        *(_paid(operation, operation.ended_at.date()) for operation in unseen if operation.ended_at),
    ]


def _announced(stage: Stage, person: str) -> Payment:
    """The transfer that this person's company has announced and that has not come."""
    waiting = Payment.objects.filter(payer=stage.company(person), provider=BANK_TRANSFER)
    return waiting.filter(state__in=PAYMENT_OPEN).get()


def _mistyped(reference: str) -> str:
    """Two signs of it have changed places, as people do."""
    return reference[:-2] + reference[-1] + reference[-2]


def _dollars(amount: str) -> Money:
    return Money.from_decimal(Decimal(amount), _DOLLARS)


SCENES: Final[tuple[Scene, ...]] = (
    accounts_at_the_bank,
    payouts_in_one_file,
    batch_for_the_second_person,
    statement_of_yesterday,
)
