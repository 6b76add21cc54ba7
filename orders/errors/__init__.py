"""What can go wrong with an order, one error per failure, in words a person can act on."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import Conflict, NotAllowed, NotFound, Rejected
from orders.errors.shares import (
    AddendumChangesNothing as AddendumChangesNothing,
)
from orders.errors.shares import (
    AddendumOpen as AddendumOpen,
)
from orders.errors.shares import (
    AddendumOutdated as AddendumOutdated,
)
from orders.errors.shares import (
    BadTolerance as BadTolerance,
)
from orders.errors.shares import (
    FreightNotThere as FreightNotThere,
)
from orders.errors.shares import (
    MoreThanOpen as MoreThanOpen,
)
from orders.errors.shares import (
    NoAddendum as NoAddendum,
)
from orders.errors.shares import (
    NoCertificate as NoCertificate,
)
from orders.errors.shares import (
    NoSurplus as NoSurplus,
)
from orders.errors.shares import (
    NothingWeighed as NothingWeighed,
)
from orders.errors.shares import (
    NoTolerance as NoTolerance,
)
from orders.errors.shares import (
    OutsideTolerance as OutsideTolerance,
)
from orders.errors.shares import (
    OwnProposal as OwnProposal,
)
from orders.errors.shares import (
    PriceNotLower as PriceNotLower,
)
from orders.errors.shares import (
    ShipmentAccepted as ShipmentAccepted,
)
from orders.errors.shares import (
    ShipmentNotDelivered as ShipmentNotDelivered,
)
from orders.errors.shares import (
    SurplusNotSettled as SurplusNotSettled,
)
from orders.errors.shares import (
    WeighedBefore as WeighedBefore,
)


class PriceChanged(Conflict):
    """A price on the page that was read is not the price any more."""

    code = "order_price_changed"
    message = _(
        "A price has changed since you opened this page. Nothing was ordered: read the new prices and order again."
    )


class OwnCompanyOrder(Rejected):
    code = "order_from_own_company"
    message = _("A company cannot order from itself. Act for another company to buy these goods.")


class SampleStandsAlone(Rejected):
    """A sample is an order of its own."""

    code = "sample_stands_alone"
    message = _("A sample is ordered by itself, without other products.")


class UnitChanged(Rejected):
    """The listing counts in another unit than when it was ordered."""

    code = "order_unit_changed"
    message = _("It is sold by another unit now. Order it from its page.")


class LineInCart(Rejected):
    """What is to be ordered again is in the cart already."""

    code = "order_line_in_cart"
    message = _("It is in your cart already.")


class SampleChanged(Rejected):
    """The supplier states another sample by now."""

    code = "sample_changed"
    message = _("The supplier has changed this sample. Look at it again.")


class SampleAlready(Conflict):
    """One sample of a product is enough for a while."""

    code = "sample_already"
    message = _("Your company has ordered this sample within the last %(days)s days.")


class NothingOrdered(Rejected):
    code = "order_without_lines"
    message = _("Add at least one product with a quantity.")


class ProductTwice(Rejected):
    code = "order_product_twice"
    message = _("“%(title)s” stands on two lines. Put the whole quantity on one.")


class SeveralSuppliers(Rejected):
    code = "order_several_suppliers"
    message = _("“%(title)s” is sold by another supplier. Each supplier gets an order of their own.")


class SeveralCurrencies(Rejected):
    code = "order_several_currencies"
    message = _("“%(title)s” is priced in %(currency)s. An order has one currency: order it separately.")


class OrderTooLarge(Rejected):
    code = "order_too_large"
    message = _("The total has more than 12 digits. Split it into several orders.")


class OrderWorthNothing(Rejected):
    code = "order_worth_nothing"
    message = _("The total would be zero: there would be nothing to pay or to protect.")


class BadQuantity(Rejected):
    code = "order_bad_quantity"
    message = _("Enter a quantity above zero with at most 11 digits and 3 decimals.")


class QuantityFiner(Rejected):
    code = "order_quantity_not_whole"
    message = _("This is counted in whole units (%(unit)s): enter a quantity without decimals.")


class BadUnitPrice(Rejected):
    code = "order_bad_unit_price"
    message = _("Enter a unit price of zero or more with at most 6 decimals.")


class BadDiscount(Rejected):
    code = "order_bad_discount"
    message = _("A discount lies between 0 and 100 percent.")


class BadFreight(Rejected):
    code = "order_bad_freight"
    message = _("Enter a freight of zero or more.")


class DateInPast(Rejected):
    code = "order_date_in_past"
    message = _("This day is over. Choose today or a later day.")


class DateTooFar(Rejected):
    code = "order_date_too_far"
    message = _("Choose a day within %(days)s days.")


class MissingText(Rejected):
    code = "order_text_missing"
    message = _("This is needed.")


class TextTooLong(Rejected):
    code = "order_text_too_long"
    message = _("At most %(limit)s characters.")


class BadText(Rejected):
    code = "order_text_not_plain"
    message = _("Only plain text on one line, please: no line breaks or control characters.")


class UnknownCountry(Rejected):
    code = "order_unknown_country"
    message = _("Choose a country from the list.")


class UnknownIncoterms(Rejected):
    code = "order_unknown_incoterms"
    message = _("Choose one of the 11 Incoterms 2020 rules.")


class UnknownTransportMode(Rejected):
    code = "order_unknown_transport"
    message = _("Choose how the goods travel: sea, road or rail, air, or express courier.")


class SeaRuleOnly(Rejected):
    code = "order_sea_rule_by_other_transport"
    message = _("%(rule)s is for goods that travel by sea. Choose FCA, CPT or CIP for other transport.")


class OrderNotYours(NotAllowed):
    code = "order_not_yours_to_answer"
    message = _("Only the %(side)s may do this, with the role %(roles)s.")


class NotPlaced(Conflict):
    code = "order_not_placed"
    message = _("This order waits for no answer any more: it is %(state)s.")


class AnswerTooLate(Conflict):
    code = "order_answer_too_late"
    message = _("The time to answer ended on %(due)s; the order lapses.")


class AmendmentOpen(Conflict):
    code = "order_amendment_open"
    message = _("The buyer has amended terms to answer. Wait for the answer or propose other terms.")


class NoAmendment(Conflict):
    code = "order_no_amendment"
    message = _("No amended terms wait for an answer.")


class AmendmentChangesNothing(Rejected):
    code = "order_amendment_changes_nothing"
    message = _("These are the terms as they stand. Confirm the order instead, or change something.")


class AmendmentOutdated(Conflict):
    code = "order_amendment_outdated"
    message = _("The supplier has proposed newer terms meanwhile. Read them before you answer.")


class UnknownLine(Rejected):
    code = "order_unknown_line"
    message = _("One of the lines does not belong to this order. Reload the page.")


class LineTwice(Rejected):
    code = "order_line_twice"
    message = _("A line is given twice.")


class ShipByPassed(Conflict):
    code = "order_ship_by_passed"
    message = _("The ship-by date %(day)s is over. Amend the order with a later one.")


class NotRunning(Conflict):
    code = "order_not_running"
    message = _("This order is %(state)s: nothing more can be done with it.")


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


class OfficerInvolved(NotAllowed):
    code = "officer_belongs_to_the_trade"
    message = _("You belong to one of the two companies: another officer must decide.")


class NotDelivered(Conflict):
    code = "order_not_delivered"
    message = _("Not everything has been delivered yet.")


class NothingUnshipped(Conflict):
    code = "order_nothing_unshipped"
    message = _("Everything has been shipped: there is nothing left to cancel.")


class CartLineGone(NotFound):
    code = "cart_line_gone"
    message = _("This product is no longer in your cart.")


class CartFull(Rejected):
    code = "cart_full"
    message = _("A cart holds at most %(limit)s products. Place an order first.")


class CarrierSignatureBad(NotAllowed):
    code = "carrier_signature_bad"
    message = _("The signature does not fit the message.")


class CarrierMessageOld(NotAllowed):
    code = "carrier_message_outside_tolerance"
    message = _("The time stamp is too far from now.")


class CarrierEventChanged(Conflict):
    code = "carrier_event_changed"
    message = _("An event with this id was received with other contents.")


class ScheduleTooLong(Rejected):
    """A payment schedule has one to six milestones."""

    code = "schedule_too_long"
    message = _("A payment schedule has one to %(limit)s payments.")


class ScheduleNotWhole(Rejected):
    """The shares are the whole price, no more and no less."""

    code = "schedule_not_whole"
    message = _("The shares must add up to exactly 100 percent, and none of them may be zero.")


class ScheduleBeginsWithoutMoney(Rejected):
    """Production begins with money held."""

    code = "schedule_begins_without_money"
    message = _("The first payment must be due when the order is confirmed: production begins with it.")


class ScheduleDateWrong(Rejected):
    """A payment on a date has one, in order, and not after the goods are to leave."""

    code = "schedule_date_wrong"
    message = _(
        "Payments come in this order: on confirmation, on dates (earliest first, none after %(day)s, "
        "when the goods are to leave), before shipment."
    )


class ScheduleDaysWrong(Rejected):
    """A payment of a template that is due on a date says after how many days."""

    code = "schedule_days_wrong"
    message = _("Say after how many days a payment on a date is due: between 1 and %(limit)s.")


class ScheduleNameTaken(Rejected):
    """One name, one schedule."""

    code = "schedule_name_taken"
    message = _("You have a schedule of this name already.")


class TooManySchedules(Rejected):
    """A list that people choose from stays one."""

    code = "too_many_schedules"
    message = _("You can keep %(limit)s schedules. Remove one first.")


class ScheduleTooFine(Rejected):
    """A share of so small a total would come to nothing."""

    code = "schedule_too_fine"
    message = _("The total is too small for so many payments: one of them would come to nothing.")


class DiscountGone(Conflict):
    """Used, over, or never this buyer's with this supplier."""

    code = "promised_discount_gone"
    message = _("This discount has been used or has ended. Choose again.")


class DiscountAboveGoods(Rejected):
    """A discount comes off an order that is worth more."""

    code = "promised_discount_above_goods"
    message = _("The goods must be worth more than the discount. Order more, or keep it for another order.")


class OrderNotCompleted(Conflict):
    """Only a completed order can be reviewed."""

    code = "order_not_completed"
    message = _("An order can be reviewed once it is completed.")
