"""The specimen renders every component with the frame around it, in both directions of writing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.utils import translation
from pytest_django import Settings

from tests.design.frame import rendered, without_database_context

COMPONENTS = Path(__file__).resolve().parents[2] / "templates" / "components"
# Parts that the specimen reaches through others, or that need a page of their own.
INDIRECT = {
    "_photograph.html",
    "_picture.html",
    "_head_links.html",
    "_option.html",
    "_suggested.html",
    "_offer_acts.html",
    "_tray.html",
    "_recent.html",
    "_form_fields.html",
    "_field.html",
    "_field_notes.html",
    "_form_errors.html",
    "_action.html",
    "_plot.html",
}
FRAME = {
    "_site_header.html",
    "_site_footer.html",
    "_site_nav.html",
    "_account_items.html",
    "_search_box.html",
    "_messages.html",
}


@pytest.fixture(autouse=True)
def _no_context_from_the_database(settings: Settings) -> None:
    without_database_context(settings)


def test_specimen_shows_every_component() -> None:
    text = (COMPONENTS / "specimen.html").read_text()
    missing = {path.name for path in COMPONENTS.glob("_*.html") if f"components/{path.name}" not in text}
    assert missing == INDIRECT | FRAME


def test_specimen_renders_with_unique_ids_and_described_errors() -> None:
    html = rendered()
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids)), sorted({one for one in ids if ids.count(one) > 1})
    assert 'aria-invalid="true"' in html
    described = {one for value in re.findall(r'aria-describedby="([^"]+)"', html) for one in value.split()}
    assert described
    assert described <= set(ids)
    for target in re.findall(r'<li><a href="#([\w-]+)"', html):
        assert target in ids


def test_search_words_are_escaped_in_the_header() -> None:
    assert "<b>rice" not in rendered()
    assert "&lt;b&gt;rice" in rendered()


def test_acting_company_and_waiting_count_stand_in_the_header() -> None:
    html = rendered()
    assert "Holland Food" in html
    assert "Waits for you" in html
    assert "Holland Food" not in re.sub(r"(?s)<main.*</main>", "", rendered(signed_in=False))


def test_right_to_left_page_says_so() -> None:
    with translation.override("ar"):
        assert '<html lang="ar" dir="rtl">' in rendered()


def test_money_bar_parts_fill_the_bar() -> None:
    html = rendered()
    bar = re.search(r'(?s)<svg class="money-bar__bar".*?</svg>', html)
    assert bar
    parts = [(int(x), int(w)) for x, w in re.findall(r'x="(\d+)" y="0" width="(\d+)"', bar.group(0))]
    ends = [x + w for x, w in parts]
    assert max(ends) in range(998, 1003)
    assert all(0 <= x <= 1000 for x, _ in parts)
