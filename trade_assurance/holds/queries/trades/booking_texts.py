"""What an entry means to the one whose account it is on, in plain words. Data and one look-up."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import Text
from trade_assurance.ledger.states import AccountKind

# By kind of account: what the pot is called on a statement.
POTS: Final[dict[str, Text]] = {
    AccountKind.ESCROW: _("Held for orders"),
    AccountKind.REFUND_PAYABLE: _("On its way back"),
    AccountKind.BUYER_CREDIT: _("Credit"),
    AccountKind.SUPPLIER_PAYABLE: _("Balance"),
    AccountKind.PAYOUT_IN_TRANSIT: _("Payouts under way"),
    AccountKind.SUPPLIER_RESERVE: _("Reserve"),
    AccountKind.SUPPLIER_DEBT: _("Debt to the marketplace"),
    AccountKind.COMMISSION: _("Commission"),
}
# By (kind of movement, kind of account).
_TEXTS: Final[dict[tuple[str, str], Text]] = {
    ("funded", AccountKind.ESCROW): _("Paid in and held"),
    ("funded", AccountKind.REFUND_PAYABLE): _("Paid over: goes back to the payer"),
    ("excess", AccountKind.REFUND_PAYABLE): _("Paid without anything being due: goes back to the payer"),
    ("released", AccountKind.ESCROW): _("Released to the supplier"),
    ("released", AccountKind.SUPPLIER_PAYABLE): _("Released, less commission"),
    ("released", AccountKind.COMMISSION): _("Commission of the marketplace"),
    ("refunded", AccountKind.ESCROW): _("Refunded: no longer held"),
    ("refunded", AccountKind.REFUND_PAYABLE): _("Refund on its way to the buyer"),
    ("refund_confirmed", AccountKind.REFUND_PAYABLE): _("Refund paid out to the buyer"),
    ("refund_sent_back", AccountKind.REFUND_PAYABLE): _(
        "Refund came back from the bank: still owed to the buyer"
    ),
    ("charged_back", AccountKind.ESCROW): _("Taken back by the payer's bank"),
    ("charged_back", AccountKind.SUPPLIER_PAYABLE): _("Taken from the balance for a chargeback"),
    ("charged_back", AccountKind.SUPPLIER_RESERVE): _("Taken from the reserve for a chargeback"),
    ("charged_back", AccountKind.SUPPLIER_DEBT): _("Owed to the marketplace for a chargeback"),
    ("charged_back", AccountKind.COMMISSION): _("Commission given back for a chargeback"),
    ("chargeback_lost", AccountKind.SUPPLIER_PAYABLE): _("Taken from the balance for a chargeback"),
    ("chargeback_lost", AccountKind.SUPPLIER_RESERVE): _("Taken from the reserve for a chargeback"),
    ("chargeback_lost", AccountKind.SUPPLIER_DEBT): _("Owed to the marketplace for a chargeback"),
    ("chargeback_lost", AccountKind.COMMISSION): _("Commission given back for a chargeback"),
    ("chargeback_assigned", AccountKind.SUPPLIER_PAYABLE): _("Came back from a chargeback after all"),
    ("chargeback_assigned", AccountKind.SUPPLIER_DEBT): _(
        "Debt paid off by what came back from a chargeback"
    ),
    ("chargeback_assigned", AccountKind.REFUND_PAYABLE): _(
        "Came back from a chargeback: refund to the buyer"
    ),
    ("chargeback_assigned", AccountKind.COMMISSION): _("Commission on what came back from a chargeback"),
    ("debt_netted", AccountKind.SUPPLIER_PAYABLE): _("Debt paid off out of the balance"),
    ("released", AccountKind.SUPPLIER_DEBT): _("Debt paid off out of a release"),
    ("released", AccountKind.SUPPLIER_RESERVE): _("Kept back as reserve out of a release"),
    ("payout_requested", AccountKind.SUPPLIER_PAYABLE): _("Payout asked for"),
    ("payout_requested", AccountKind.PAYOUT_IN_TRANSIT): _("Payout asked for: on its way"),
    ("payout_confirmed", AccountKind.PAYOUT_IN_TRANSIT): _("Payout paid out to the bank"),
    ("payout_returned", AccountKind.PAYOUT_IN_TRANSIT): _("Payout rejected or failed"),
    ("payout_returned", AccountKind.SUPPLIER_PAYABLE): _("Payout rejected or failed: back in the balance"),
    ("payout_sent_back", AccountKind.SUPPLIER_PAYABLE): _(
        "Payout sent back by the bank: back in the balance"
    ),
}
# The same for what comes on an account where the words above are of what leaves it.
_TEXTS_UP: Final[dict[tuple[str, str], Text]] = {
    ("charged_back", AccountKind.ESCROW): _("Brought back for a chargeback"),
}
# By kind of account, for movements without words of their own: what comes on it, what leaves it.
_UP_AND_DOWN: Final[dict[str, tuple[Text, Text]]] = {
    AccountKind.ESCROW: (_("Held"), _("No longer held")),
    AccountKind.REFUND_PAYABLE: (_("Owed to the buyer"), _("Paid back to the buyer")),
    AccountKind.BUYER_CREDIT: (_("Kept as credit"), _("Credit used or paid back")),
    AccountKind.SUPPLIER_PAYABLE: (_("Added to the balance"), _("Taken from the balance")),
    AccountKind.PAYOUT_IN_TRANSIT: (_("Payout under way"), _("Payout no longer under way")),
    AccountKind.SUPPLIER_RESERVE: (_("Kept back as reserve"), _("Reserve set free")),
    AccountKind.SUPPLIER_DEBT: (_("Debt paid off"), _("Owed to the marketplace")),
    AccountKind.COMMISSION: (_("Commission of the marketplace"), _("Commission given back")),
}


def booking_text(transaction_kind: str, account_kind: str, amount_minor: int) -> Text:
    """The words for an entry; for a movement nobody gave words, what it does to the account."""
    asked = (transaction_kind, account_kind)
    known = (_TEXTS_UP.get(asked) if amount_minor > 0 else None) or _TEXTS.get(asked)
    if known is not None:
        return known
    up, down = _UP_AND_DOWN.get(account_kind, (_("Booked in"), _("Booked out")))
    return up if amount_minor > 0 else down


def pot_name(account_kind: str) -> Text:
    """What the account is called on a statement."""
    return POTS.get(account_kind) or AccountKind(account_kind).label
