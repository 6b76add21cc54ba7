"""What can go wrong with an import of listings."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import Conflict, NotFound, Rejected


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
