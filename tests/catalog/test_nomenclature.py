"""What is found of real vocabulary: the Harmonized System's own words, asked as people ask; the share is stated."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog.operations.searching.search_texts import keep_words
from tests.catalog.nomenclature import Nomenclature, build
from tests.catalog.nomenclature_queries import ARABIC, ENGLISH, FRENCH, GERMAN, HINDI, SPANISH

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Nomenclature, set[str]]:
    path: Path = tmp_path_factory.mktemp("nomenclature")
    return build(path)


@pytest.fixture
def nomenclature(built: tuple[Nomenclature, set[str]]) -> Nomenclature:
    keep_words(built[1])
    return built[0]


def misses(nomenclature: Nomenclature, asked: tuple[tuple[str, str], ...]) -> list[str]:
    """The questions none of whose subheadings is among the first ten, and what came instead."""
    missed = []
    for question, wanted in asked:
        found = nomenclature.first_ten(question)
        if not any(code.startswith(tuple(wanted.split())) for code in found):
            missed.append(f"{question!r} wants {wanted}, got {found}")
    return missed


def test_what_buyers_type_is_among_the_first_ten(nomenclature: Nomenclature) -> None:
    assert len(ENGLISH) == 100
    missed = misses(nomenclature, ENGLISH)
    print(f"found {100 - len(missed)} of 100", *missed, sep="\n")
    assert 100 - len(missed) >= 95, missed


@pytest.mark.parametrize(
    ("asked", "at_least"), [(SPANISH, 20), (FRENCH, 20), (HINDI, 20), (GERMAN, 20), (ARABIC, 20)]
)
def test_words_of_categories_find_english_listings(
    nomenclature: Nomenclature, asked: tuple[tuple[str, str], ...], at_least: int
) -> None:
    missed = misses(nomenclature, asked)
    print(f"found {len(asked) - len(missed)} of {len(asked)}", *missed, sep="\n")
    assert len(asked) - len(missed) >= at_least, missed


def test_minus_words_leave_out_and_phrases_keep_together(nomenclature: Nomenclature) -> None:
    with_roasted, without = nomenclature.first_ten("coffee"), nomenclature.first_ten("coffee -roasted")
    assert without
    assert not {"090121", "090122"} & set(without)
    assert {"090121", "090122"} & set(with_roasted)
    assert nomenclature.first_ten('"oil palm of"') == []
