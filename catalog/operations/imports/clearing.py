"""Clears away the rows and files of imports that ended long ago; what they came to stays as figures beside the import.

Until then a company can read each row's answer and download those to mend. An import that its person never went on
with is cancelled first: nobody comes back to a table of a season ago.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Count

from catalog.models import ListingImport
from catalog.operations.imports.steering import FILE_KIND
from catalog.queries.imports.pages import ROWS_KEPT
from catalog.states import IMPORT_AT_WORK, IMPORT_OPEN, ImportState
from marketplace.core.actors import Actor
from marketplace.files.operations import discard_files

_AT_ONCE: Final = 200
_SYSTEM: Final = Actor.system("import_clearing")


def clear_old_rows(*, at: datetime) -> int:
    """Clear the rows and files of imports that nothing has moved for 90 days, each in a transaction of its own.

    How many imports. The content of the files leaves the private store once that is committed.
    """
    old = ListingImport.objects.filter(file__isnull=False, moved_at__lt=at - ROWS_KEPT)
    refs = list(old.exclude(state__in=IMPORT_AT_WORK).order_by("pk").values_list("ref", flat=True)[:_AT_ONCE])
    return sum(_clear(ref, at) for ref in refs)


@transaction.atomic
def _clear(ref: str, at: datetime) -> bool:
    """Whether there was something to clear: another worker may have been here, or the person has just gone on."""
    job = ListingImport.objects.filter(ref=ref).lock().get()
    if job.file_id is None or job.moved_at >= at - ROWS_KEPT or job.state in IMPORT_AT_WORK:
        return False
    if job.state in IMPORT_OPEN:
        job.move_to(ImportState.CANCELLED, actor=_SYSTEM, at=at)
    if job.rows_cleared_at is None:  # of some older ones the rows went alone
        job.counts, job.rows_cleared_at = _counts(job), at
    job.file = job.pictures = None
    job.save(update_fields=["counts", "rows_cleared_at", "file", "pictures"])
    job.rows.all().delete()
    discard_files(kind=FILE_KIND, subject=job.ref, actor=_SYSTEM, at=at)
    return True


def _counts(job: ListingImport) -> dict[str, int]:
    """What was done; of an import that never ran, that every row was left."""
    done = job.rows.exclude(outcome="").order_by().values_list("outcome").annotate(number=Count("pk"))
    return dict(done)
