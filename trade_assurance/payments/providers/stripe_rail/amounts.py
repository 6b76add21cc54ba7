"""Stripe's own idea of amounts. Keeps the ISO exponent (`core.money`) and the processor's exponent apart. Pure.

Source: docs.stripe.com/currencies (zero-decimal, three-decimal, "special cases", presentment currencies).
"""

from __future__ import annotations

from typing import Final

from marketplace.core.money import Money, exponent

_ZERO_DECIMALS: Final = "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF"
# The last digit has to be 0: some of Stripe's partners count these in hundredths.
_THREE_DECIMALS: Final = "BHD JOD KWD OMR TND"
# ISK and UGX have no decimals any more, but are still sent in hundredths for compatibility; so does every
# other currency not named above.
_PRESENTMENT: Final = """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BWP BYN BZD CAD CDF CHF
    CLP CNY COP CRC CVE CZK DJF DKK DOP DZD EGP ETB EUR FJD FKP GBP GEL GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR
    ILS INR ISK JMD JOD JPY KES KGS KHR KMF KRW KWD KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MUR
    MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR
    SEK SGD SHP SLE SOS SRD STD SZL THB TJS TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VND VUV WST XAF XCD XCG
    XOF XPF YER ZAR ZMW
"""
# Bank transfers exist for these; the country of the virtual account is asked for with euros only.
BANK_TRANSFER_TYPES: Final = {
    "EUR": "eu_bank_transfer",
    "GBP": "gb_bank_transfer",
    "JPY": "jp_bank_transfer",
    "MXN": "mx_bank_transfer",
    "USD": "us_bank_transfer",
}
LARGEST_CHARGE: Final = 99_999_999  # eight digits of the processor's unit: 999,999.99 USD


class UnchargeableAmount(ValueError):
    """The processor's unit cannot say this amount exactly."""


def stripe_exponent(currency: str) -> int:
    """How many decimals Stripe counts of a currency."""
    if currency in _ZERO_DECIMALS.split():
        return 0
    return 3 if currency in _THREE_DECIMALS.split() else 2


def to_stripe(money: Money) -> int:
    """The amount in the processor's unit. Raises `UnchargeableAmount` when it is finer than that."""
    finer = stripe_exponent(money.currency) - exponent(money.currency)
    if finer >= 0:
        return money.amount_minor * int(10**finer)
    whole, rest = divmod(money.amount_minor, int(10**-finer))
    if rest:
        raise UnchargeableAmount(money.currency)
    return whole


def from_stripe(amount: int, currency: str) -> Money:
    """The money that an amount of the processor's means. Raises `UnchargeableAmount` for a part of a minor unit."""
    code = currency.upper()
    finer = stripe_exponent(code) - exponent(code)
    if finer <= 0:
        return Money(amount * int(10**-finer), code)
    whole, rest = divmod(amount, int(10**finer))
    if rest:
        raise UnchargeableAmount(code)
    return Money(whole, code)


def can_be_charged(money: Money) -> bool:
    """Whether one charge can carry exactly this amount."""
    return money.currency in _PRESENTMENT.split() and fits(money) and to_stripe(money) <= LARGEST_CHARGE


def fits(money: Money) -> bool:
    """Whether Stripe takes an amount as fine as this, in a charge or a refund."""
    if money.amount_minor <= 0:
        return False
    try:
        amount = to_stripe(money)
    except UnchargeableAmount:
        return False
    return money.currency not in _THREE_DECIMALS.split() or not amount % 10
