"""Certificates: which days count, how periods are kept, when somebody is reminded. Pure."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.data import LANGUAGES
from catalog.data.certificates import certificate_name, certificate_names
from catalog.errors import FieldErrors
from catalog.rules.certificates import (
    REMINDED_DAYS_BEFORE,
    CertificateFacts,
    Period,
    checked_certificate,
    due_reminder,
    kinds_on,
    merged,
    next_change,
)

DAY = date(2026, 11, 20)


def test_every_kind_has_a_name_in_every_language_and_the_file_no_other_language() -> None:
    assert len(certificate_names()) >= 20
    for kind, names in certificate_names().items():
        assert names.keys() <= set(LANGUAGES), kind
        assert all(certificate_name(kind, language) for language in LANGUAGES)
    assert certificate_name("organic", "pt-br") == "Biológico"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"kind": "medal"}, "kind"),
        ({"kind": "other"}, "name"),
        ({"number": " "}, "number"),
        ({"issuer": ""}, "issuer"),
        ({"valid_from": DAY, "valid_until": DAY - timedelta(days=1)}, "valid_until"),
        ({"valid_from": DAY, "valid_until": date(2226, 1, 1)}, "valid_until"),
        ({"number": "x" * 81}, "number"),
    ],
)
def test_checked_certificate_with_a_wrong_fact_names_its_field(wrong: dict[str, object], field: str) -> None:
    facts = {"kind": "organic", "number": "IN-ORG-1", "issuer": "Control Union", **wrong}
    with pytest.raises(FieldErrors) as refused:
        checked_certificate(CertificateFacts(**facts))  # type: ignore[arg-type]
    assert set(refused.value.errors) == {field}


def test_checked_certificate_keeps_only_what_belongs_to_it() -> None:
    facts = CertificateFacts("haccp", " A\u202e1 ", "SGS\n", name="my own", products=("prd_1",))
    assert checked_certificate(facts) == CertificateFacts("haccp", "A1", "SGS")


periods = st.builds(
    lambda kind, start, length: Period(
        kind, DAY + timedelta(days=start), DAY + timedelta(days=start + length)
    ),
    st.sampled_from(("haccp", "organic")),
    st.integers(-6, 6),
    st.integers(0, 5),
) | st.sampled_from((Period("organic", date.min, date.max), Period("haccp", DAY, date.max)))


@given(st.lists(periods, max_size=6))
def test_merged_periods_hold_on_the_same_days_and_one_of_a_kind_at_most(some: list[Period]) -> None:
    kept = merged(some)
    texts = [period.as_text() for period in kept]
    for shift in range(-8, 14):
        day = DAY + timedelta(days=shift)
        holding = sorted({one.kind for one in some if one.first <= day <= one.last})
        assert list(kinds_on(texts, day)) == holding
        assert sum(one.first <= day <= one.last for one in kept) == len(holding)


@given(st.lists(periods, max_size=4))
def test_next_change_is_the_first_day_with_other_kinds_or_earlier_never_later(some: list[Period]) -> None:
    texts = [period.as_text() for period in merged(some)]
    change = next_change(texts, DAY)
    for shift in range(20):
        day = DAY + timedelta(days=shift)
        if kinds_on(texts, day) != kinds_on(texts, DAY):
            assert change is not None
            assert change <= day
            return


@pytest.mark.parametrize(
    ("left", "told", "due"),
    [
        (61, [], None),
        (60, [], 60),
        (59, [60], None),
        (14, [60], 14),
        (13, [60], 14),
        (13, [60, 14], None),
        (5, [], 14),  # the first step was missed: only the nearer one is told
        (1, [60, 14], 1),
        (0, [60, 14], 1),
        (0, [60, 14, 1], None),
        (-1, [], None),
    ],
)
def test_due_reminder_tells_the_nearest_step_once(left: int, told: list[int], due: int | None) -> None:
    assert due_reminder(DAY + timedelta(days=left), DAY, told) == due
    assert REMINDED_DAYS_BEFORE == (60, 14, 1)
