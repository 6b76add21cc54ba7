"""References for bank transfers: every slip of the pen is noticed, every readable spelling is read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trade_assurance.payments.providers.references import (
    _ALPHABET,
    new_reference,
    read_reference,
    reference_from,
)

BODIES = st.text(alphabet=_ALPHABET, min_size=7, max_size=7)


@given(BODIES)
def test_a_reference_is_read_back(body: str) -> None:
    reference = reference_from(body)
    assert read_reference(reference) == reference
    assert len(reference) == 12


@given(BODIES, st.integers(min_value=0, max_value=7), st.sampled_from(_ALPHABET))
def test_one_wrong_character_is_noticed(body: str, place: int, wrong: str) -> None:
    right = reference_from(body).replace("-", "").removeprefix("PT")
    typed = right[:place] + wrong + right[place + 1 :]
    assert (read_reference(typed) is None) is (typed != right)


@given(BODIES, st.integers(min_value=0, max_value=7), st.integers(min_value=0, max_value=7))
def test_two_characters_that_changed_places_are_noticed(body: str, left: int, right: int) -> None:
    characters = list(reference_from(body).replace("-", "").removeprefix("PT"))
    whole = "".join(characters)
    characters[left], characters[right] = characters[right], characters[left]
    typed = "".join(characters)
    assert (read_reference(typed) is None) is (typed != whole)


@pytest.mark.parametrize("spelling", ["{0}", "{1}", "{2}", " {0} ", "{3}", "ref: no", "pt {4}"])
def test_spellings_of_people_and_banks(spelling: str) -> None:
    reference = reference_from("0100K3M")
    bare = reference.replace("-", "")
    typed = spelling.format(
        reference,
        reference.lower(),
        bare,
        reference.replace("0", "O").replace("1", "l"),
        bare.removeprefix("PT"),
    )
    assert read_reference(typed) == (None if spelling == "ref: no" else reference)


@pytest.mark.parametrize(
    "typed", ["", "PT", "PT-7K3M", "PT-7K3M-9Q2X-1", "XX-7K3M-9Q2X", "٠" * 8, "PT-UUUU-UUUU", "é" * 10]
)
def test_what_cannot_be_a_reference_is_none(typed: str) -> None:
    assert read_reference(typed) is None


def test_a_body_that_begins_with_the_prefix_letters_is_read() -> None:
    reference = reference_from("PT12345")
    assert read_reference(reference.replace("-", "").removeprefix("PT")) == reference


def test_new_references_differ() -> None:
    assert len({new_reference() for _ in range(200)}) == 200
