"""The words that both sides consent to when held money is to move to the bank. Must not write."""

from __future__ import annotations

import hashlib

from django.utils.translation import gettext as _
from django.utils.translation import override

from marketplace.core.formatting import format_money
from marketplace.core.money import Money
from orders.models import Order
from trade_assurance.payments.queries import rail_label


def consent_text(order: Order, provider: str, amount: Money) -> str:
    """The words that a side consents to, in English: both sides sign the same ones, and a court reads them."""
    with override("en"):
        return _(
            "Order %(number)s. %(amount)s of it is held with %(rail)s, which does not hold money for longer than "
            "about 90 days. We consent that what is still held there is moved to the marketplace's own bank account "
            "and stays held for this order on the same terms of Trade Assurance. If it is refunded, it goes by bank "
            "transfer to an account of the buyer, and no longer the way it was paid. We can withdraw this consent "
            "until the marketplace has recorded the move. Nothing moves unless the other side consents too."
        ) % {"number": order.number, "amount": format_money(amount), "rail": rail_label(provider)}


def text_hash(text: str) -> str:
    """SHA-256 of the words, as shown beside them and stored with the consent."""
    return hashlib.sha256(text.encode()).hexdigest()
