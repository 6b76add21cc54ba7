"""The currencies the books carry, kept in step with core's list after every migration. Owns `Currency`'s rows."""

from __future__ import annotations

from typing import Final

from marketplace.core.money import currency_codes, exponent

from .models import Currency

# Card and wallet processors count these without decimals (their own lists, not ISO 4217).
_PROVIDER_ZERO: Final = frozenset(
    ["BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"]
)
_PROVIDER_THREE: Final = frozenset(["BHD", "JOD", "KWD", "OMR", "TND"])
# Counted in hundredths by processors although ISO gives them no decimals, so only whole ones can be paid.
_PROVIDER_WHOLE_ONLY: Final = frozenset({"ISK", "UGX"})


def load_currencies() -> None:
    """Insert or correct a row for every currency; removes none."""
    Currency.objects.bulk_create(
        [_row(code) for code in currency_codes()],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["iso_exponent", "provider_exponent", "provider_step"],
    )


def _row(code: str) -> Currency:
    provider_exponent = 0 if code in _PROVIDER_ZERO else 3 if code in _PROVIDER_THREE else 2
    step = 10 if code in _PROVIDER_THREE else 100 if code in _PROVIDER_WHOLE_ONLY else 1
    return Currency(
        code=code, iso_exponent=exponent(code), provider_exponent=provider_exponent, provider_step=step
    )
