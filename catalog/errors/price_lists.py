"""What can go wrong with price lists and the groups of buyers they are for."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import Conflict, NotFound, Rejected


class PriceListNotFound(NotFound):
    """No such price list, or another company's."""

    code = "price_list_not_found"
    message = _("There is no such price list here.")


class PriceListEnded(Conflict):
    """What was ended cannot be changed."""

    code = "price_list_ended"
    message = _("This price list was ended. Copy it to begin a new one.")


class PriceListWrong(Rejected):
    """A field of a price list does not hold; the message says where and why."""

    code = "price_list_wrong"
    message = _("%(problem)s")


class BuyerGroupNotFound(NotFound):
    """No such buyer group, or another company's, or dissolved."""

    code = "buyer_group_not_found"
    message = _("There is no such buyer group here.")


class BuyerGroupWrong(Rejected):
    """A field of a buyer group does not hold; the message says where and why."""

    code = "buyer_group_wrong"
    message = _("%(problem)s")


class TooManyBuyerGroups(Rejected):
    """The supplier keeps enough."""

    code = "too_many_buyer_groups"
    message = _("You keep %(limit)s buyer groups already. Dissolve those you need no longer.")


class TooManyPriceLists(Rejected):
    """The supplier keeps enough."""

    code = "too_many_price_lists"
    message = _("You keep %(limit)s price lists already. End those that are over.")
