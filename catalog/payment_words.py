"""How a supplier's orders are paid, in plain words, as its products say it. Knows the codes, not orders. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.core.errors import Text
from marketplace.core.formatting import format_percent

_PAID: Final[dict[str, Text]] = {
    "confirmation": gettext_lazy("when the order is confirmed, before production"),
    "before_shipment": gettext_lazy("when the goods are packed, before they leave"),
}
_HELD: Final[dict[str, Text]] = {
    "shipment_documents": gettext_lazy(
        "Held until the goods have left and every document of the contract is there."
    ),
    "delivery": gettext_lazy("Held until the goods have arrived."),
    "acceptance": gettext_lazy("Held until you accept the goods or the inspection window ends."),
}


@dataclass(frozen=True, slots=True)
class SupplierPayment:
    """One payment of a supplier's schedule, in the codes of orders; `fund_after_days` of a payment on a day."""

    title: str
    share_bps: int
    fund_on: str
    fund_after_days: int | None
    release_on: str


@dataclass(frozen=True, slots=True)
class PaymentWords:
    """One payment: how much of the order and when; until when it is protected."""

    paid: str
    held: Text


AT_ONCE: Final = SupplierPayment("", 10_000, "confirmation", None, "acceptance")


def payment_words(stored: list[dict[str, Any]]) -> tuple[PaymentWords, ...]:
    """The schedule as stored, in words; nothing stored: everything on confirmation."""
    payments = [SupplierPayment(**row) for row in stored] or [AT_ONCE]
    return tuple(PaymentWords(_paid(payment), _HELD[payment.release_on]) for payment in payments)


def _paid(payment: SupplierPayment) -> str:
    when = _PAID.get(payment.fund_on)
    if when is None:
        when = _("within %(days)s days after you order") % {"days": payment.fund_after_days}
    return _("%(share)s %(when)s") % {"share": format_percent(payment.share_bps), "when": when}
