"""What can be refused about an upload."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import Conflict, Rejected


class FileTooLarge(Rejected):
    code = "file_too_large"
    message = _(
        "“%(name)s” is larger than 25 MB. Send a smaller file, for example a scan with fewer dots per inch."
    )


class FileEmpty(Rejected):
    code = "file_empty"
    message = _("“%(name)s” is empty.")


class FileTypeRefused(Rejected):
    code = "file_type_refused"
    message = _("“%(name)s” is not a file we can take here. Send %(accepted)s.")


class ImageTooLarge(Rejected):
    code = "image_too_large"
    message = _(
        "“%(name)s” has too many pixels. Send a picture of at most %(side)s pixels on each side "
        "and %(megapixels)s million pixels in all."
    )


class ImageBroken(Rejected):
    code = "image_broken"
    message = _(
        "“%(name)s” cannot be read as a picture. Open it, save it again as JPEG or PNG, and send that."
    )


class PdfBroken(Rejected):
    code = "pdf_broken"
    message = _("“%(name)s” is not a complete PDF. Print it to PDF again and send that.")


class FileDamaged(Conflict):
    """The stored bytes are not those that were stored: nothing of them is handed out."""

    code = "file_damaged"
    message = _(
        "“%(name)s” is not as it was stored; its hash differs. Tell the marketplace: this must not happen."
    )
