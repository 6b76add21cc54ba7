"""A trade's accounting told as stories: every posting by hand, and the statements as they must read.

The stories use the ledger alone, so that they can be checked on paper. Minor units; credit positive.
"""

from __future__ import annotations

import pytest

from marketplace.core.formatting import format_money
from marketplace.core.money import Money
from tests.factories.ledger import book, fund, release
from trade_assurance.ledger import queries
from trade_assurance.ledger.operations import credit, debit
from trade_assurance.ledger.states import AccountKind as Kind

pytestmark = pytest.mark.django_db

ORDER = "ord_example"
HOLD = "hold_example"
SUPPLIER = "com_supplier"
BANK = "bank_transfer"
COMMISSION_BPS = 300

# One order of the same digits in a currency of two, no and three decimals.
TOTALS = [Money(3_043_550, "USD"), Money(3_043_550, "JPY"), Money(3_043_550, "KWD")]


def statement(owner: str, currency: str) -> list[str]:
    """The owner's statement, oldest first, one line per entry: what, account, amount, balance after."""
    return [
        f"{line.transaction_kind} {line.account_kind} {_text(line.amount)} {_text(line.balance_after)}"
        for line in reversed(queries.statement(owner, currency))
    ]


def trial(currency: str) -> list[str]:
    """The trial balance of a currency without what is zero."""
    lines = [line for line in queries.trial_balance() if line.currency == currency]
    assert sum(line.total.amount_minor for line in lines) == 0
    return [f"{line.account_kind} {_text(line.total)}" for line in lines if not line.total.is_zero]


def golden(*lines: str) -> list[str]:
    """The lines as they must read; columns are set apart for the eye only."""
    return [" ".join(line.split()) for line in lines]


def _text(money: Money) -> str:
    return format_money(money).replace("\u00a0", " ")


def refund(money: Money) -> None:
    """Held money becomes owed to the buyer."""
    book(
        debit(Kind.ESCROW, HOLD, money),
        credit(Kind.REFUND_PAYABLE, ORDER, money),
        kind="refunded",
        subject=HOLD,
    )


def refund_arrives(money: Money) -> None:
    """The bank has carried it to the buyer."""
    book(
        debit(Kind.REFUND_PAYABLE, ORDER, money),
        credit(Kind.PROVIDER_CLEARING, BANK, money),
        kind="refund_confirmed",
    )


def payout(money: Money) -> None:
    """The supplier asks for money: it leaves the balance at once."""
    book(
        debit(Kind.SUPPLIER_PAYABLE, SUPPLIER, money),
        credit(Kind.PAYOUT_IN_TRANSIT, SUPPLIER, money),
        kind="payout_requested",
    )


def payout_ends(money: Money, *, failed: bool = False) -> None:
    """The bank has carried it to the supplier, or it comes back to the balance."""
    to = (
        credit(Kind.SUPPLIER_PAYABLE, SUPPLIER, money)
        if failed
        else credit(Kind.PROVIDER_CLEARING, BANK, money)
    )
    kind = "payout_failed" if failed else "payout_confirmed"
    book(debit(Kind.PAYOUT_IN_TRANSIT, SUPPLIER, money), to, kind=kind)


def test_good_trade_in_dollars() -> None:
    """30,435.50 paid, accepted, 3 % commission half up, the rest paid out."""
    total = Money(3_043_550, "USD")
    fund(HOLD, total)
    release(HOLD, SUPPLIER, total, total.share(COMMISSION_BPS))
    payout(Money(2_952_243, "USD"))
    payout_ends(Money(2_952_243, "USD"))

    assert statement(HOLD, "USD") == golden(
        "funded           escrow                 30,435.50 USD        30,435.50 USD",
        "released         escrow                -30,435.50 USD             0.00 USD",
    )
    assert statement(SUPPLIER, "USD") == golden(
        "released         supplier_payable       29,522.43 USD        29,522.43 USD",
        "payout_requested payout_in_transit      29,522.43 USD        29,522.43 USD",
        "payout_requested supplier_payable      -29,522.43 USD             0.00 USD",
        "payout_confirmed payout_in_transit     -29,522.43 USD             0.00 USD",
    )
    assert trial("USD") == golden(
        "commission                  913.07 USD",
        "provider_clearing          -913.07 USD",
    )


def test_good_trade_in_yen_has_no_decimals() -> None:
    total = Money(3_043_550, "JPY")
    fund(HOLD, total)
    release(HOLD, SUPPLIER, total, total.share(COMMISSION_BPS))

    assert statement(SUPPLIER, "JPY") == golden(
        "released         supplier_payable        2,952,243 JPY        2,952,243 JPY",
    )
    assert trial("JPY") == golden(
        "commission                  91,307 JPY",
        "provider_clearing       -3,043,550 JPY",
        "supplier_payable         2,952,243 JPY",
    )


def test_good_trade_in_dinars_has_three_decimals() -> None:
    total = Money(3_043_550, "KWD")
    fund(HOLD, total)
    release(HOLD, SUPPLIER, total, total.share(COMMISSION_BPS))

    assert trial("KWD") == golden(
        "commission                  91.307 KWD",
        "provider_clearing       -3,043.550 KWD",
        "supplier_payable         2,952.243 KWD",
    )


@pytest.mark.parametrize("total", TOTALS, ids=str)
def test_cancelled_trade_goes_back_in_full(total: Money) -> None:
    fund(HOLD, total)
    refund(total)
    refund_arrives(total)

    assert trial(total.currency) == []
    assert queries.statement(ORDER, total.currency)[0].balance_after.is_zero


def test_disputed_trade_is_split_as_decided() -> None:
    """Of 30,435.50 the officer gives 4,500.00 back and releases the rest; commission on the released part only."""
    total, back = Money(3_043_550, "USD"), Money(450_000, "USD")
    fund(HOLD, total)
    refund(back)
    refund_arrives(back)
    rest = total - back
    release(HOLD, SUPPLIER, rest, rest.share(COMMISSION_BPS))

    assert statement(HOLD, "USD") == golden(
        "funded           escrow                 30,435.50 USD        30,435.50 USD",
        "refunded         escrow                 -4,500.00 USD        25,935.50 USD",
        "released         escrow                -25,935.50 USD             0.00 USD",
    )
    assert statement(ORDER, "USD") == golden(
        "refunded         refund_payable          4,500.00 USD         4,500.00 USD",
        "refund_confirmed refund_payable         -4,500.00 USD             0.00 USD",
    )
    assert trial("USD") == golden(
        "commission                  778.07 USD",
        "provider_clearing       -25,935.50 USD",
        "supplier_payable         25,157.43 USD",
    )


@pytest.mark.parametrize("total", TOTALS, ids=str)
def test_three_partial_releases_take_the_commission_of_the_whole(total: Money) -> None:
    """Each release takes the difference of cumulative roundings, so the parts give exactly the whole's."""
    fund(HOLD, total)
    released = taken = Money.zero(total.currency)
    for part in total.split([1, 1, 1]):
        released = released + part
        commission = released.share(COMMISSION_BPS) - taken
        taken = taken + commission
        release(HOLD, SUPPLIER, part, commission)

    assert queries.balance(Kind.COMMISSION, "platform", total.currency) == total.share(COMMISSION_BPS)
    assert queries.balance(Kind.SUPPLIER_PAYABLE, SUPPLIER, total.currency) == total - total.share(
        COMMISSION_BPS
    )


def test_payout_that_fails_comes_back_and_is_paid_the_second_time() -> None:
    total = Money(100_000, "KWD")
    fund(HOLD, total)
    release(HOLD, SUPPLIER, total, Money(3_000, "KWD"))
    payout(Money(97_000, "KWD"))
    payout_ends(Money(97_000, "KWD"), failed=True)
    payout(Money(97_000, "KWD"))
    payout_ends(Money(97_000, "KWD"))

    assert statement(SUPPLIER, "KWD") == golden(
        "released         supplier_payable           97.000 KWD           97.000 KWD",
        "payout_requested payout_in_transit          97.000 KWD           97.000 KWD",
        "payout_requested supplier_payable          -97.000 KWD            0.000 KWD",
        "payout_failed    payout_in_transit         -97.000 KWD            0.000 KWD",
        "payout_failed    supplier_payable           97.000 KWD           97.000 KWD",
        "payout_requested payout_in_transit          97.000 KWD           97.000 KWD",
        "payout_requested supplier_payable          -97.000 KWD            0.000 KWD",
        "payout_confirmed payout_in_transit         -97.000 KWD            0.000 KWD",
    )
    assert trial("KWD") == golden(
        "commission                   3.000 KWD",
        "provider_clearing           -3.000 KWD",
    )


def test_payment_too_late_and_too_much_is_owed_to_the_buyer_until_it_is_back() -> None:
    """1,200.00 arrive for a hold of 1,000.00; another 50.00 when it is complete. The excess never is escrow."""
    book(
        debit(Kind.PROVIDER_CLEARING, BANK, Money(120_000, "USD")),
        credit(Kind.ESCROW, HOLD, Money(100_000, "USD")),
        credit(Kind.REFUND_PAYABLE, ORDER, Money(20_000, "USD")),
        kind="funded",
        subject=HOLD,
    )
    book(
        debit(Kind.PROVIDER_CLEARING, BANK, Money(5_000, "USD")),
        credit(Kind.REFUND_PAYABLE, ORDER, Money(5_000, "USD")),
        kind="excess",
        subject=HOLD,
    )
    refund_arrives(Money(25_000, "USD"))

    assert trial("USD") == golden(
        "escrow                    1,000.00 USD",
        "provider_clearing        -1,000.00 USD",
    )
