"""HS codes are found by the words people use; what a description takes out does not count."""

from __future__ import annotations

import pytest

from catalog.rules import hs
from catalog.rules.hs_finder import SHOWN, find_codes


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("husked rice", "100620"),
        ("green coffee, not roasted", "090111"),
        ("roasted coffee", "090121"),
        ("cotton t-shirt", "610910"),
        ("extra virgin olive oil", "150920"),
        ("honey", "040900"),
        ("mangoes", "080450"),
        ("wheat flour", "110100"),
        ("frozen boneless beef", "020230"),
        ("wooden chairs", "940169"),
        ("shelled cashew nuts", "080132"),
        ("black tea", "090230"),
        ("Cherries fresh", "080929"),
        ("blueberries", "081040"),
        ("cácao beans", "180100"),
        ("frozen shrimps", "030617"),
        ("dried lentils", "071340"),
        ("solar panels", "854143"),
        ("red wine", "220421"),
        ("jalapeños, fresh", "070960"),
    ],
)
def test_find_codes_puts_what_says_the_words_first(words: str, code: str) -> None:
    assert code in [found.code for found in find_codes(words)[:3]]


def test_find_codes_marks_and_prefers_what_fits_the_category() -> None:
    fruit = find_codes("dried mango", headings=["0804"])
    assert (fruit[0].code, fruit[0].fits) == ("080450", True)
    assert all(found.fits == found.code.startswith("0804") for found in fruit)
    assert fruit[0].heading == hs.words_of("0804")
    assert not any(found.fits for found in find_codes("dried mango"))


def test_find_codes_with_headings_named_in_another_language_finds_all_under_them() -> None:
    found = [one.code for one in find_codes("arroz", named={"1006"})]
    assert found == ["100610", "100620", "100630", "100640"]


def test_find_codes_without_a_known_word_finds_nothing() -> None:
    assert [find_codes(words) for words in ("", "of the", "xyzzy", "\u0000")] == [[], [], [], []]
    assert len(find_codes("cotton")) == SHOWN
