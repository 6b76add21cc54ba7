"""What can go wrong with a listing, its variants and quantities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import Conflict, NotFound, Rejected, Text


class ProductNotFound(NotFound):
    """No such product, or it is not public and not the actor's own."""

    code = "product_not_found"
    message = _("This product is not on offer, or not any more.")


class VariantNotOffered(Rejected):
    """The product is on offer, this variant of it is not, or not any more."""

    code = "variant_not_offered"
    message = _("This variant is not on offer any more. Choose another one on the product's page.")


class OwnProduct(Rejected):
    """A company would buy from itself."""

    code = "own_product"
    message = _("This is your own company's product: a company cannot order from itself.")


class VariantNotFound(NotFound):
    """The listing has no variant of this number, or it was withdrawn."""

    code = "variant_not_found"
    message = _("This variant is not on offer, or not any more.")


class QuantityBelowMinimum(Rejected):
    """Less than the minimum order quantity."""

    code = "quantity_below_minimum"
    message = _("The minimum order is %(minimum)s.")


class QuantityNotAMultiple(Rejected):
    """Not a whole number of order multiples."""

    code = "quantity_not_a_multiple"
    message = _("This is sold in steps of %(multiple)s: order %(lower)s or %(upper)s.")


class QuantityNotReadable(Rejected):
    """Not a finite number above zero with at most three decimals."""

    code = "quantity_not_readable"
    message = _("Enter a quantity above zero with at most three decimals.")


class QuantityTooLarge(Rejected):
    """More than the marketplace can price."""

    code = "quantity_too_large"
    message = _("This quantity is larger than one order can hold.")


class ListingIncomplete(Rejected):
    """A listing cannot be submitted yet; `missing` says what is, by form field."""

    code = "listing_incomplete"
    message = _("The listing is not complete yet: %(details)s")

    def __init__(self, missing: Mapping[str, Text]) -> None:
        self.missing = dict(missing)
        details = " ".join(str(text) for text in self.missing.values())
        super().__init__(details=details, field=next(iter(self.missing), None))


class FieldErrors(Rejected):
    """Several fields of a listing are wrong; `errors` has each with its message, tiers by row."""

    code = "listing_fields_wrong"
    message = _("Some of the listing's facts are not right: %(details)s")

    def __init__(self, errors: Mapping[str, Text]) -> None:
        self.errors = dict(errors)
        details = "; ".join(f"{name}: {text}" for name, text in self.errors.items())
        super().__init__(details=details, field=next(iter(self.errors), None))


class TiersWrong(Rejected):
    """Price tiers contradict each other; `rows` names each row (from 0) with what is wrong there."""

    code = "price_tiers_wrong"
    message = _("The price tiers do not fit together: see the marked rows.")

    def __init__(self, rows: Sequence[tuple[int, Text]]) -> None:
        self.rows = tuple(rows)
        super().__init__(field="tiers")


class ChangedMeanwhile(Conflict):
    """The listing was changed after the page was opened."""

    code = "product_changed_meanwhile"
    message = _(
        "The listing was changed after you opened this page. Reload it and look again; nothing was saved."
    )


class NotEditable(Conflict):
    """A listing in review or suspended stands still."""

    code = "product_not_editable"
    message = _(
        "A listing that is %(state)s cannot be edited. Withdraw it from review first, or ask the marketplace."
    )


class ReasonMissing(Rejected):
    """A moderator turns something down without saying why."""

    code = "moderation_reason_missing"
    message = _("Say why, in words the supplier can act on.")
