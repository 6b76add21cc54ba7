"""What can go wrong in the catalogue, in words a supplier, a buyer or a moderator can act on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from catalog.errors.capacity import (
    CapacityBelowTaken as CapacityBelowTaken,
)
from catalog.errors.capacity import (
    CapacityDaysTaken as CapacityDaysTaken,
)
from catalog.errors.capacity import (
    CapacityNotFound as CapacityNotFound,
)
from catalog.errors.capacity import (
    CapacityOverlaps as CapacityOverlaps,
)
from catalog.errors.capacity import (
    CapacityWithoutUnit as CapacityWithoutUnit,
)
from catalog.errors.capacity import (
    NotEnoughLeft as NotEnoughLeft,
)
from catalog.errors.capacity import (
    NotReadyByThen as NotReadyByThen,
)
from catalog.errors.capacity import (
    TooManyCapacityPeriods as TooManyCapacityPeriods,
)
from catalog.errors.pictures import (
    PictureFromApple as PictureFromApple,
)
from catalog.errors.pictures import (
    PictureTooHeavy as PictureTooHeavy,
)
from catalog.errors.pictures import (
    PictureTwice as PictureTwice,
)
from catalog.errors.pictures import (
    TooManyImages as TooManyImages,
)
from catalog.errors.sheets import (
    ImportRowsCleared as ImportRowsCleared,
)
from catalog.errors.sheets import (
    SheetEmpty as SheetEmpty,
)
from catalog.errors.sheets import (
    SheetIsPdf as SheetIsPdf,
)
from catalog.errors.sheets import (
    SheetIsPicture as SheetIsPicture,
)
from catalog.errors.sheets import (
    SheetOfNumbers as SheetOfNumbers,
)
from catalog.errors.sheets import (
    SheetOfOldExcel as SheetOfOldExcel,
)
from catalog.errors.sheets import (
    SheetOpenDocument as SheetOpenDocument,
)
from catalog.errors.sheets import (
    SheetProtected as SheetProtected,
)
from catalog.errors.sheets import (
    SheetQuotesOpen as SheetQuotesOpen,
)
from catalog.errors.sheets import (
    SheetRefused as SheetRefused,
)
from catalog.errors.sheets import (
    SheetTooLarge as SheetTooLarge,
)
from catalog.errors.sheets import (
    SheetUnreadable as SheetUnreadable,
)
from catalog.errors.trust import (
    AppealNotFound as AppealNotFound,
)
from catalog.errors.trust import (
    AppealOpen as AppealOpen,
)
from catalog.errors.trust import (
    FlagNotFound as FlagNotFound,
)
from catalog.errors.trust import (
    GoodsNotSentThere as GoodsNotSentThere,
)
from catalog.errors.trust import (
    GoodsProhibited as GoodsProhibited,
)
from catalog.errors.trust import (
    GoodsRuleEnded as GoodsRuleEnded,
)
from catalog.errors.trust import (
    GoodsRuleNotFound as GoodsRuleNotFound,
)
from catalog.errors.trust import (
    GoodsRuleThere as GoodsRuleThere,
)
from catalog.errors.trust import (
    GoodsStatementMissing as GoodsStatementMissing,
)
from catalog.errors.trust import (
    NothingToAppeal as NothingToAppeal,
)
from catalog.errors.trust import (
    OwnReview as OwnReview,
)
from catalog.errors.trust import (
    ReviewClosed as ReviewClosed,
)
from catalog.errors.trust import (
    ReviewNotFound as ReviewNotFound,
)
from catalog.errors.trust import (
    StarsWrong as StarsWrong,
)
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

    code = "reason_missing"
    message = _("Say why, in words the supplier can act on.")


class StorefrontNotFound(NotFound):
    """No such storefront or picture in it, or not the actor's."""

    code = "storefront_not_found"
    message = _("There is no such storefront.")


class NotASupplier(Rejected):
    """The company does not sell."""

    code = "not_a_supplier"
    message = _("Your company is registered as a buyer only. An owner can change that on the company page.")


class ImportNotFound(NotFound):
    """No such import, or another company's."""

    code = "import_not_found"
    message = _("There is no such import, or it is not your company's.")


class PicturesRefused(Rejected):
    """A file of pictures is not a ZIP that we take."""

    code = "pictures_refused"
    message = _(
        "The pictures come as one ZIP file that is not protected: at most 5,000 pictures, 200 MB in all."
    )


class PictureFolderRefused(Rejected):
    """Names in an archive that lead out of it."""

    code = "picture_folder_refused"
    message = _(
        "This ZIP holds names that lead out of it, such as “../x”. Make it anew with your own computer's menu."
    )


class ColumnsIncomplete(Rejected):
    """The columns that a listing is found by are not chosen."""

    code = "columns_incomplete"
    message = _(
        "Choose the column of the article number (or of our reference): by it a listing is found again."
    )


class ColumnTwice(Rejected):
    """Two columns mean one thing."""

    code = "column_twice"
    message = _("“%(label)s” is chosen for two columns; keep one of them.")


class AnotherImportRuns(Conflict):
    """One import of a company runs at a time."""

    code = "another_import_runs"
    message = _("Another import of your company is running. Wait until it has ended, or cancel it.")


class SavedSearchNotFound(NotFound):
    """No such saved search, or another person's."""

    code = "saved_search_not_found"
    message = _("This search is not saved, or not any more.")


class NothingToSave(Rejected):
    """Neither words nor filters."""

    code = "nothing_to_save"
    message = _("Search for something first: there are neither words nor filters to save.")


class TooManySavedSearches(Rejected):
    """The person keeps enough."""

    code = "too_many_saved_searches"
    message = _("You keep %(limit)s searches already. Forget one first.")


class FavouriteListNotFound(NotFound):
    """No such list, or another company's."""

    code = "favourite_list_not_found"
    message = _("This list is not there, or not any more.")


class FavouriteNameTaken(Conflict):
    """No name, or one that another list of the company has."""

    code = "favourite_name_taken"
    message = _("Give the list a name that none of your other lists has.")


class TooManyFavourites(Rejected):
    """The list, or the company, keeps enough."""

    code = "too_many_favourites"
    message = _("There is room for %(limit)s only. Take something out first.")


class CertificateNotFound(NotFound):
    """No such certificate, or another company's."""

    code = "certificate_not_found"
    message = _("There is no such certificate here.")


class CertificateWithdrawn(Conflict):
    """What was taken back cannot be changed."""

    code = "certificate_withdrawn"
    message = _("This certificate was withdrawn. State it anew if it holds after all.")


class CertificateCoversAll(Conflict):
    """It belongs to every listing, so to none in particular."""

    code = "certificate_covers_all"
    message = _("This certificate belongs to all of your products; choose products in the certificate first.")


class CertificateHasNoScan(Conflict):
    """Nothing to have seen."""

    code = "certificate_has_no_scan"
    message = _("There is no scan to check this certificate by.")


class TooManyCertificates(Rejected):
    """The company states enough."""

    code = "too_many_certificates"
    message = _("You state %(limit)s certificates already. Withdraw those that are over.")


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
