"""Words of a file that name no unit, country, category, currency or Incoterms rule; each may be read as one.

Asked where a checked import is shown. What a company chose is kept with the columns of its layout.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection

from catalog.imports.fields import label_of
from catalog.imports.names import Names, reading_key
from catalog.models import ListingImport
from catalog.queries.categories import category_tree
from catalog.queries.imports.lookups import lookups
from catalog.states import Incoterms, RowOutcome
from marketplace.core.countries import country_choices
from marketplace.core.money import currency_codes
from marketplace.core.units import unit_choices

# The columns whose words have a code each.
NAMED: Final = ("unit_code", "origin", "category_code", "currency", "incoterms_rule")
MOST_WORDS: Final = 12
_CUT: Final = "…"  # at the end of a value too long to be repeated whole: it is no word

_SUMMED: Final = """
SELECT problem->>'column', problem->>'value', count(*)
FROM catalog_listingimportrow, jsonb_array_elements(problems) AS problem
WHERE listing_import_id = %(job)s AND problems <> '[]' AND planned = %(error)s
    AND problem->>'column' = ANY(%(headings)s) AND problem->>'value' <> ''
GROUP BY 1, 2
ORDER BY 3 DESC, 1, 2
LIMIT 60
"""


@dataclass(frozen=True, slots=True)
class UnreadWord:
    """A word in a column (as its heading says) that names nothing known; `near` is the code most like it, or none."""

    target: str
    column: str
    word: str
    rows: int
    near: str


def unread_words(job: ListingImport) -> tuple[UnreadWord, ...]:
    """What the rows with errors call units, countries and the like without anybody knowing it; the most frequent first.

    Two statements; one for a file that has no such column.
    """
    headings = {
        job.header[place] or f"#{place + 1}": target
        for place, target in enumerate(job.targets)
        if target in NAMED
    }
    if not headings:
        return ()
    with connection.cursor() as cursor:
        asked: dict[str, Any] = {"job": job.pk, "error": RowOutcome.ERROR, "headings": list(headings)}
        cursor.execute(_SUMMED, asked)
        found = cursor.fetchall()
    known = names_by_target() if found else {}
    words = [
        UnreadWord(headings[column], column, word, rows, near)
        for column, word, rows in found
        if not word.endswith(_CUT)
        and (near := _near(job, known[headings[column]], headings[column], word)) is not None
    ]
    return tuple(words[:MOST_WORDS])


def words_read(job: ListingImport) -> tuple[UnreadWord, ...]:
    """The words that the company said how to read; `near` is what it said."""
    return tuple(
        UnreadWord(target, _heading(job, target), word, 0, code)
        for target, words in sorted(job.readings.items())
        if target in NAMED
        for word, code in sorted(words.items())
    )


def _heading(job: ListingImport, target: str) -> str:
    return job.header[job.targets.index(target)] if target in job.targets else label_of(target, {})


def _near(job: ListingImport, names: Names, target: str, word: str) -> str | None:
    """The code most like it, empty for none; None for a word that is known: then something else is wrong with it."""
    if reading_key(word) in job.readings.get(target, {}) or names.knows(word):
        return None
    codes = names.near(word)
    return codes[0] if len(codes) == 1 else ""


def names_by_target() -> Mapping[str, Names]:
    """The names that each such column may hold."""
    known = lookups()
    return {
        "unit_code": known.units,
        "origin": known.countries,
        "category_code": known.category_names,
        "currency": Names("", {code: code for code in currency_codes()}),
        "incoterms_rule": Names("", {code: code for code in Incoterms.values}),
    }


def name_choices(target: str) -> list[Any]:
    """What a word of such a column may be read as, for a select."""
    if target == "category_code":
        return list(category_tree().grouped_leaves())
    choices: dict[str, list[Any]] = {
        "unit_code": list(unit_choices()),
        "origin": list(country_choices()),
        "currency": [(code, code) for code in currency_codes()],
        "incoterms_rule": list(Incoterms.choices),
    }
    return choices[target]
