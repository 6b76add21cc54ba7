"""The same fault in many rows of an import, said once: counted by the database, whatever the number of rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.imports.fields import FOR_ALL, label_of
from catalog.models import ListingImport
from catalog.states import RowOutcome
from marketplace.core.formatting import format_number

# From so many rows on a fault is said once above the rows.
SAID_ONCE_FROM: Final = 3
_FAULTS: Final = 12
_ROWS_NAMED: Final = 3

_SUMMED: Final = """
SELECT problem->>'column', problem->>'text', count(*), count(DISTINCT problem->>'value'),
       mode() WITHIN GROUP (ORDER BY problem->>'value'), (array_agg(number ORDER BY number))[1:%(named)s]
FROM catalog_listingimportrow, jsonb_array_elements(problems) AS problem
WHERE listing_import_id = %(job)s AND problems <> '[]' AND {phase} = %(error)s
GROUP BY 1, 2
HAVING count(*) >= %(once_from)s
ORDER BY 3 DESC, 1, 2
LIMIT %(faults)s
"""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with many rows: the column, the value (the most frequent one of several), what to do, and where.

    `for_all`: the columns step mends it in one place, as the file has no such column or nearly every row has the fault.
    """

    column: str
    value: str
    text: str
    where: str
    rows: int
    for_all: bool


def common_faults(job: ListingImport, phase: str) -> tuple[Fault, ...]:
    """The faults that many rows with errors share, the most frequent first. `phase`: planned or outcome. One statement."""
    if phase not in {"planned", "outcome"}:
        raise ValueError(phase)
    with connection.cursor() as cursor:
        cursor.execute(
            _SUMMED.format(phase=phase),
            {
                "job": job.pk,
                "error": RowOutcome.ERROR,
                "named": _ROWS_NAMED,
                "once_from": SAID_ONCE_FROM,
                "faults": _FAULTS,
            },
        )
        return tuple(_fault(job, *row) for row in cursor.fetchall())


def _fault(
    job: ListingImport, column: str, text: str, rows: int, values: int, value: str, first: list[int]
) -> Fault:
    return Fault(
        column=column,
        value=_("%(value)s and %(number)s other values")
        % {"value": value, "number": format_number(values - 1)}
        if values > 1 and value
        else value,
        text=text,
        where=_where(rows, first),
        rows=rows,
        for_all=_has_default(job, column) and (column not in job.header or rows * 10 >= job.rows_total * 9),
    )


def _has_default(job: ListingImport, column: str) -> bool:
    """Whether the columns step can say it for all rows."""
    if column in job.header:
        return job.targets[job.header.index(column)] in FOR_ALL
    return column in {label_of(target, {}) for target in FOR_ALL}


def _where(rows: int, first: list[int]) -> str:
    named = ", ".join(format_number(number) for number in first)
    if rows > len(first):
        named += " …"
    words = ngettext("%(rows)s row: %(named)s", "%(rows)s rows: %(named)s", rows)
    return words % {"rows": format_number(rows), "named": named}
