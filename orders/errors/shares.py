"""What is refused about a shipment's acceptance and weight, and about changes of a running contract."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import Conflict, Rejected


class ShipmentNotDelivered(Conflict):
    """Goods can be accepted once they have arrived."""

    code = "shipment_not_delivered"
    message = _("This shipment is %(state)s; it can be accepted when it has arrived.")


class ShipmentAccepted(Conflict):
    """Accepted before, by the buyer or by silence."""

    code = "shipment_already_accepted"
    message = _("This shipment was accepted already.")


class SurplusNotSettled(Conflict):
    """More than ordered is packed: paid for, or given, before it leaves."""

    code = "shipment_surplus_not_settled"
    message = _(
        "This shipment holds more than was ordered. It may leave when the buyer has paid for it, or when you "
        "give it at the agreed price."
    )


class NoSurplus(Conflict):
    """Nothing is asked for on this shipment."""

    code = "shipment_no_surplus"
    message = _("Nothing extra is asked for this shipment.")


class NoTolerance(Rejected):
    """A counted line, or a contract without tolerance."""

    code = "order_no_tolerance"
    message = _(
        "The contract of “%(title)s” has no tolerance: pack exactly what was ordered, or agree with the other "
        "side on fewer goods."
    )


class OutsideTolerance(Rejected):
    """The weight differs by more than was agreed."""

    code = "order_outside_tolerance"
    message = _(
        "%(measured)s of “%(title)s” is outside the tolerance: between %(least)s and %(most)s may be delivered. "
        "Pack more or less, or agree with the other side on another quantity first."
    )


class NothingWeighed(Rejected):
    """A weighing says the quantity of at least one line."""

    code = "shipment_nothing_weighed"
    message = _("Enter what the weight certificate says for at least one line of this shipment.")


class WeighedBefore(Conflict):
    """One certificate per shipment."""

    code = "shipment_weighed_before"
    message = _("This shipment was weighed. To correct it, unpack it and pack it again.")


class NoCertificate(Rejected):
    """A weight without its paper proves nothing."""

    code = "shipment_no_certificate"
    message = _("Attach the weight certificate: a PDF or a picture of it.")


class AddendumOpen(Conflict):
    """One proposal at a time."""

    code = "order_addendum_open"
    message = _("A change of this contract waits for an answer already. Answer or withdraw it first.")


class NoAddendum(Conflict):
    """Answered, withdrawn or expired."""

    code = "order_no_addendum"
    message = _("This proposal is no longer on the table.")


class AddendumOutdated(Conflict):
    """Goods left or were cancelled since it was proposed."""

    code = "order_addendum_outdated"
    message = _(
        "Since this was proposed, goods have left or were cancelled, so it is worth something else now. "
        "Propose it again."
    )


class AddendumChangesNothing(Rejected):
    """A proposal lowers what the contract comes to."""

    code = "order_addendum_changes_nothing"
    message = _("Say what changes: a quantity to cancel, a lower price, a discount or less freight.")


class PriceNotLower(Rejected):
    """After the contract a price only falls, by agreement."""

    code = "order_price_not_lower"
    message = _("The new price of “%(title)s” must be lower than the agreed one.")


class MoreThanOpen(Rejected):
    """Only what is not packed can be cancelled by agreement."""

    code = "order_more_than_open"
    message = _("At most %(open)s of “%(title)s” can be cancelled: the rest is packed or has left.")


class FreightNotThere(Rejected):
    """No more freight can be taken off than is left."""

    code = "order_freight_not_there"
    message = _("At most %(rest)s of the freight is left to take off.")


class OwnProposal(Conflict):
    """The other side answers."""

    code = "order_own_proposal"
    message = _("The other side answers your proposal; you may withdraw it.")


class BadTolerance(Rejected):
    """A tolerance is a small share of the quantity."""

    code = "order_bad_tolerance"
    message = _("A tolerance lies between 0 and %(limit)s.")
