"""Descriptions: what survives, and that editing gives back what was typed."""

from __future__ import annotations

import re
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.rules.listing import DESCRIPTION_LENGTH
from catalog.rules.richtext import as_marks, clean_html, plain_text


@pytest.mark.parametrize(
    ("typed", "html"),
    [
        ("One.\n\nTwo.", "<p>One.</p>\n<p>Two.</p>"),
        ("One\ntwo", "<p>One<br>two</p>"),
        ("- a\n- b", "<ul><li>a</li><li>b</li></ul>"),
        ("1. a\n2) b", "<ol><li>a</li><li>b</li></ol>"),
        ("## Packing\n25 kg", "<h3>Packing</h3>\n<p>25 kg</p>"),
        ("**Aged** rice", "<p><strong>Aged</strong> rice</p>"),
        ("moisture < 12 % & > 8 %", "<p>moisture &lt; 12 % &amp; &gt; 8 %</p>"),
        ("2 ** 3 ** 4", "<p>2 ** 3 ** 4</p>"),
        ("   \n\n ", ""),
        ("<p>  </p><br>", ""),
    ],
)
def test_marks_become_clean_html(typed: str, html: str) -> None:
    assert clean_html(typed) == html


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "<p>Hi</p><script>alert(1)</script>",
        "<p onclick=alert(1)>Hi</p>",
        "<p style='background:url(x)'>Hi</p>",
        "<a href='javascript:alert(1)'>Hi</a>",
        "<p><img src=x onerror=alert(1)>Hi</p>",
        "<svg/onload=alert(1)><p>Hi</p>",
        "<p><iframe srcdoc='<script>alert(1)</script>'></iframe>Hi</p>",
        "<scr<p>ipt>alert(1)</scr</p>ipt>",
        "<p>Hi<!--><script>alert(1)</script>--></p>",
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math><p>Hi</p>",
        "<b <i>onmouseover=alert(1)>Hi</b>",
        "<p>Hi</p><style>@import 'x'</style>",
        "<form action=//evil><input name=q></form><p>Hi</p>",
    ],
)
def test_nothing_active_survives(attack: str) -> None:
    html = clean_html(attack).lower()
    for bad in ("<script", "<img", "<svg", "<iframe", "<style", "<form", "<a ", "<math", "<input"):
        assert bad not in html
    for tag in html.split("<")[1:]:
        assert "=" not in tag.partition(">")[0]


def test_pasted_html_keeps_its_structure_only() -> None:
    pasted = "<div class='x'><h1>Rice</h1><p style='color:red'><b>Good</b> <span>rice</span></p><ul><li>a</li></ul></div>"
    assert (
        clean_html(pasted)
        == "<p></p><h3>Rice</h3><p><strong>Good</strong> rice</p><ul><li>a</li></ul><p></p>"
    )


def test_direction_changing_signs_are_taken_out() -> None:
    assert clean_html("abc\u202edef\x00ghi") == "<p>abcdefghi</p>"
    assert clean_html("<p>abc&#8238;def&#x1b;ghi</p>") == "<p>abcdefghi</p>"


@pytest.mark.parametrize("bomb", ["<p>" + "<script>" * 5_000, "<ul><li>" * 5_000])
def test_html_that_would_take_minutes_to_read_is_no_html(bomb: str) -> None:
    html = clean_html(bomb)
    assert html == f"<p>{escape(bomb)}</p>"
    assert len(html) > DESCRIPTION_LENGTH


@pytest.mark.parametrize(
    "pasted",
    ["1<b>", "<b> a</b>", "<b>a </b>b", "<b>a*</b>", "<b><b>a</b></b>", "<p>a<b></b>b</p>", "<b>\n</b>a"],
)
def test_pasted_bold_keeps_its_words_when_edited_again(pasted: str) -> None:
    html = clean_html(pasted)
    assert plain_text(clean_html(as_marks(html))) == plain_text(html)


@pytest.mark.parametrize(
    "pasted",
    [
        "<b>Good</b> **rice**",
        "<p>- not a list</p>",
        "<p>## no heading</p>",
        "<a>**a**",
        "<p>&lt;b&gt;a&lt;/b&gt;</p>",
    ],
)
def test_pasted_signs_do_not_become_marks_when_edited_again(pasted: str) -> None:
    html = clean_html(pasted)
    again = clean_html(as_marks(html))
    assert plain_text(again) == plain_text(html)
    assert again.count("<strong>") == html.count("<strong>")
    assert clean_html(as_marks(again)) == again


@given(st.text(alphabet="ab *#-1.\n<>&/", max_size=80))
def test_what_is_typed_and_edited_again_comes_out_the_same(text: str) -> None:
    html = clean_html(text)
    assert clean_html(html) == html or not html.startswith("<")
    assert plain_text(clean_html(as_marks(html))) == plain_text(html)


PIECES = [
    "<b>",
    "</b>",
    "<p>",
    "</p>",
    "<li>",
    "<br>",
    "a",
    "b",
    " ",
    "*",
    "**",
    "- ",
    "## ",
    "1. ",
    "\n",
    "<",
    ">",
    "&",
    "&lt;b&gt;",
]


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_what_is_pasted_and_edited_again_keeps_its_words_and_what_is_bold(text: str) -> None:
    html = clean_html(text)
    again = clean_html(as_marks(html))
    assert plain_text(again) == plain_text(html)
    assert "<strong>" in again or not plain_text("".join(re.findall(r"<strong>(.*?)</strong>", html)))
    assert "<strong>" in html or "<strong>" not in again


def test_plain_text_does_not_glue_words() -> None:
    assert plain_text("<p>One</p><p>two<br>three</p><ul><li>four</li></ul>") == "One two three four"
