"""What can go wrong with where, when and by whom something is offered."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import NotFound, Rejected


class StorefrontNotFound(NotFound):
    """No such storefront or picture in it, or not the actor's."""

    code = "storefront_not_found"
    message = _("There is no such storefront.")


class NotASupplier(Rejected):
    """The company does not sell."""

    code = "not_a_supplier"
    message = _("Your company is registered as a buyer only. An owner can change that on the company page.")


class NotServed(Rejected):
    """The supplier offers it, but not to this country."""

    code = "not_served"
    message = _("“%(title)s” is not offered to %(country)s.")


class SupplierAway(Rejected):
    """The supplier takes no orders during a pause of theirs."""

    code = "supplier_away"
    message = _("The supplier of “%(title)s” is away and takes no orders until %(day)s.")


class PauseNotFound(NotFound):
    """No such pause, or it is another company's."""

    code = "pause_not_found"
    message = _("There are no such days off here.")


class TooManyPauses(Rejected):
    """The company states enough."""

    code = "too_many_pauses"
    message = _("You state %(limit)s times off already. Take one back first.")


class NoSample(Rejected):
    """The supplier gives no sample of it, or not any more."""

    code = "no_sample"
    message = _("The supplier offers no sample of “%(title)s” now.")
