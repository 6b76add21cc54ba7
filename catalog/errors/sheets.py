"""Why a file of listings cannot be read: each says what the file is and how to make one that can."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import Conflict, Rejected


class SheetRefused(Rejected):
    """A file of listings cannot be read."""

    code = "sheet_refused"


class SheetUnreadable(SheetRefused):
    """Neither a text with columns nor a workbook."""

    code = "sheet_unreadable"
    message = _("This file cannot be read as a table. Send a CSV file or an Excel workbook (.xlsx).")


class SheetProtected(SheetRefused):
    """A workbook that opens with a password."""

    code = "sheet_protected"
    message = _("This workbook opens with a password. Save it without one and send it again.")


class SheetTooLarge(SheetRefused):
    """More than one import can hold, or a file that only pretends to be small."""

    code = "sheet_too_large"
    message = _(
        "This table is too large: at most %(rows)s rows, %(columns)s columns and 300 MB when unpacked. "
        "Copy the listings alone into a new file, or divide them into several."
    )


class SheetEmpty(SheetRefused):
    """No row below the headings."""

    code = "sheet_empty"
    message = _(
        "There is no listing in this file: the first row holds the headings, each further row a listing."
    )


class SheetQuotesOpen(SheetRefused):
    """A quotation mark that never closes swallows the rest of a CSV file."""

    code = "sheet_quotes_open"
    message = _(
        "Around row %(row)s a quotation mark opens and does not close. Mend it there, or send a workbook."
    )


class SheetOfOldExcel(SheetRefused):
    """A workbook of Excel 97 to 2003."""

    code = "sheet_of_old_excel"
    message = _(
        "This is a workbook of an older Excel (.xls). Open it, choose File, Save as, “Excel workbook (.xlsx)”, "
        "and send that file."
    )


class SheetOpenDocument(SheetRefused):
    """A spreadsheet of LibreOffice or OpenOffice."""

    code = "sheet_open_document"
    message = _(
        "This is an OpenDocument spreadsheet (.ods). Open it, choose File, Save as, “Excel 2007–365 (.xlsx)”, "
        "and send that file."
    )


class SheetOfNumbers(SheetRefused):
    """A spreadsheet of Apple Numbers."""

    code = "sheet_of_numbers"
    message = _(
        "This is a spreadsheet of Apple Numbers. Open it, choose File, Export to, Excel, and send the file it makes."
    )


class SheetIsPdf(SheetRefused):
    """Pages to be printed."""

    code = "sheet_is_pdf"
    message = _(
        "This is a PDF: pages to be printed, without columns. Send the table it was made from, as Excel (.xlsx) or CSV."
    )


class SheetIsPicture(SheetRefused):
    """A photograph, or an archive of them."""

    code = "sheet_is_picture"
    message = _(
        "These are pictures, not a table. Pictures come as one ZIP file in the second field; the table of your "
        "listings comes here."
    )


class ImportRowsCleared(Conflict):
    """The rows of an old import are not kept any more."""

    code = "import_rows_cleared"
    message = _(
        "The rows of this import were kept for 90 days and cleared away on %(day)s. Its figures are still there."
    )
