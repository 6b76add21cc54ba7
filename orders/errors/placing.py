"""What can go wrong with a cart and with placing an order."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import Conflict, NotFound, Rejected


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


class NothingInCart(Conflict):
    code = "cart_without_lines"
    message = _(
        "Your cart holds nothing of this supplier any more: it was ordered or taken out, perhaps in another window or by a colleague."
    )


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


class CartLineGone(NotFound):
    code = "cart_line_gone"
    message = _("This product is no longer in your cart.")


class CartFull(Rejected):
    code = "cart_full"
    message = _("A cart holds at most %(limit)s products. Place an order first.")


class DiscountGone(Conflict):
    """Used, over, or never this buyer's with this supplier."""

    code = "promised_discount_gone"
    message = _("This discount has been used or has ended. Choose again.")


class DiscountAboveGoods(Rejected):
    """A discount comes off an order that is worth more."""

    code = "promised_discount_above_goods"
    message = _("The goods must be worth more than the discount. Order more, or keep it for another order.")
