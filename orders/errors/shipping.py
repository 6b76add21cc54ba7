"""What can go wrong with shipments, their papers and their arrival."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import Conflict, NotAllowed, Rejected


class NotCleared(Conflict):
    code = "order_not_cleared"
    message = _("The buyer's money is not held yet. Do not produce or ship before this page says so.")


class HeldMoneyLost(Conflict):
    """A payer's bank took back what was held for goods that have not left."""

    code = "order_held_money_lost"
    message = _(
        "%(amount)s that was held is gone by a chargeback. Go on without it, or cancel what is not shipped."
    )


class NothingLost(Conflict):
    code = "order_nothing_lost"
    message = _("Nothing that was held for goods still to be shipped is gone.")


class NothingToShip(Conflict):
    code = "order_nothing_to_ship"
    message = _("Everything that was ordered and not cancelled is packed already.")


class NothingPacked(Rejected):
    code = "shipment_without_lines"
    message = _("Say how much of at least one line is in this shipment.")


class MoreThanOrdered(Rejected):
    code = "shipment_more_than_ordered"
    message = _("Only %(open)s of “%(title)s” are still to be shipped.")


class ShipmentNotPacked(Conflict):
    code = "shipment_not_packed"
    message = _("This shipment is %(state)s.")


class ShipmentNotInTransit(Conflict):
    code = "shipment_not_in_transit"
    message = _("Only a shipment in transit can arrive; this one is %(state)s.")


class ShippedBeforePacked(Rejected):
    code = "shipment_shipped_before_packed"
    message = _("This shipment was packed on %(day)s; it cannot have left before.")


class DateInFuture(Rejected):
    code = "order_date_in_future"
    message = _("This has not come yet. Choose today or an earlier day.")


class ArrivesBeforeItLeaves(Rejected):
    code = "shipment_arrives_before_it_leaves"
    message = _("The promised arrival lies before the day the goods leave.")


class DeliveredBeforeShipped(Rejected):
    code = "shipment_delivered_before_shipped"
    message = _("The goods left on %(day)s; they cannot have arrived before.")


class BadTrackingNumber(Rejected):
    code = "shipment_bad_tracking_number"
    message = _("A tracking number has letters, digits, spaces, dots, slashes and hyphens, at most 64.")


class UnknownDocumentType(Rejected):
    code = "shipment_unknown_document_type"
    message = _("Choose what kind of document this is.")


class TooManyDocuments(Rejected):
    code = "shipment_too_many_documents"
    message = _("A shipment has at most %(limit)s documents.")


class NotDelivered(Conflict):
    code = "order_not_delivered"
    message = _("Not everything has been delivered yet.")


class NothingUnshipped(Conflict):
    code = "order_nothing_unshipped"
    message = _("Everything has been shipped: there is nothing left to cancel.")


class CarrierSignatureBad(NotAllowed):
    code = "carrier_signature_bad"
    message = _("The signature does not fit the message.")


class CarrierMessageOld(NotAllowed):
    code = "carrier_message_outside_tolerance"
    message = _("The time stamp is too far from now.")


class CarrierEventChanged(Conflict):
    code = "carrier_event_changed"
    message = _("An event with this id was received with other contents.")
