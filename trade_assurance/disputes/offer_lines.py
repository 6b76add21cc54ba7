"""Every kind of offer in one line, for notices and for the ladder. Data only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import Text
from trade_assurance.disputes.states import OfferKind

OFFER_LINES: Final[Mapping[OfferKind, Text]] = {
    OfferKind.REFUND_AMOUNT: _("refund %(refund)s"),
    OfferKind.RETURN_AND_REFUND: _("return the goods, then refund %(refund)s"),
    OfferKind.REPLACE: _("replace the goods; refund %(refund)s if they do not come"),
    OfferKind.DISCOUNT_NEXT_ORDER: _("%(discount)s off the next order"),
    OfferKind.KEEP_AND_PAY: _("keep the goods, refund %(refund)s and pay the rest now"),
}
