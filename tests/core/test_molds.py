"""Molds: what is filled in is what the template would have said, whoever asks and whatever they typed."""

from __future__ import annotations

import pytest
from django.template.loader import render_to_string
from django.utils.translation import override

from marketplace.core.molds import fill

ROW = "components/_offer_row.html"
HOSTILE = "<script>\"&'\ue0f0url\ue0f10\ue0f2{{ url }}{% url %}%(title)s"


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("marks", [(), ("Organic",), ("Organic", HOSTILE)])
@pytest.mark.parametrize("verified", ["", "yes"])
def test_filled_mold_is_what_the_template_says(language: str, marks: tuple[str, ...], verified: str) -> None:
    row: dict[str, str | tuple[str, ...]] = {
        "ref": "prd_1",
        "choosable": "yes",
        "chosen": verified,
        "may_keep": "yes",
        "url": "/products/prd_1/rice/?quantity=5&unit=KGM",
        "title": HOSTILE,
        "title_language": "",
        "supplier": "Ráfols & Hijos",
        "price": "1.00 USD",
        "verified": verified,
        "marks": marks,
    }

    with override(language):
        assert fill(ROW, row) == render_to_string(ROW, row)


def test_molds_of_two_languages_and_two_constants_are_kept_apart() -> None:
    header = "components/_site_header.html"

    plain, at_categories = (
        fill(header, {"query": "rice"}, constants={"here": here}) for here in ("", "/categories/")
    )

    assert "aria-current" not in plain
    assert at_categories.count('aria-current="page"') == 2
    assert fill(header, {"query": "tea"}, constants={"here": ""}) == plain.replace("rice", "tea")
