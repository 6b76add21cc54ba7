"""What can be refused about the picture of a listing: each names the file and says what to do."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import Rejected


class TooManyImages(Rejected):
    """A product has a fixed number of places for images."""

    code = "too_many_images"
    message = _("A listing shows at most %(limit)s pictures. Remove one first.")


class PictureTooHeavy(Rejected):
    """More bytes than an upload may have."""

    code = "picture_too_heavy"
    message = _(
        "“%(name)s” is larger than 25 MB. Save it smaller, 2,000 pixels on its longer side are plenty, and send that."
    )


class PictureFromApple(Rejected):
    """HEIC, in which telephones of one maker photograph."""

    code = "picture_from_apple"
    message = _(
        "“%(name)s” is in Apple's format HEIC, which most buyers cannot open. Save it as JPEG and send that; "
        "for new photographs choose Settings, Camera, Formats, “Most compatible” on the telephone."
    )


class PictureTwice(Rejected):
    """The same picture is in the listing already."""

    code = "picture_twice"
    message = _("“%(name)s” is in this listing already, as picture %(number)s. Send another one.")
