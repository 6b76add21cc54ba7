"""What the books refuse, each with its own code."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import Conflict, KeyReused, Rejected


class PostingKeyReused(KeyReused):
    """The key was booked before with other contents."""

    code = "posting_key_reused"
    message = _("This movement was already booked with other contents.")


class BalanceTooLow(Conflict):
    """An account that may never be negative would become so: the money is not there."""

    code = "balance_too_low"
    message = _("There is not enough money on the account for this.")


class PostingRefused(Rejected):
    """The posting breaks a rule of double entry; the calling code is wrong, not the person."""

    code = "posting_refused"
    message = _("The books refuse this movement: %(why)s")
