"""The rules of docs/design.md that a machine can hold: raw values, logical properties, layers, strict policy."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CSS = ROOT / "static" / "css"
TEMPLATES = ROOT / "templates"
LAYERS = ["reset", "tokens", "base", "layout", "components", "pages", "utilities"]

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_AT_CONDITION = re.compile(r"@(?:media|supports|container|import)[^{;]*[{;]")
_RAW_COLOUR = re.compile(
    r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|rgba|hsl|oklch|light-dark)\(|:\s*(?:white|black|red|green|gray|grey)\b"
)
_RAW_SIZE = re.compile(r"(?<![\w-])-?\d*\.?\d+(?:px|rem|pt|ch|mm|vw|vh)\b")
_PHYSICAL = re.compile(
    r"(?<![\w-])(?:(?:margin|padding|border|inset)-(?:left|right|top|bottom)\b|(?:left|right|top|bottom)\s*:"
    r"|(?:min-|max-)?(?:width|height)\s*:|text-align\s*:\s*(?:left|right)|float\s*:\s*(?:left|right))"
)
_STYLE_ATTRIBUTE = re.compile(r"<[^>%]*\sstyle\s*=", re.IGNORECASE)
_HANDLER = re.compile(r"<[^>%]*\son[a-z]+\s*=", re.IGNORECASE)
_INLINE_SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>", re.IGNORECASE)
_DATA_ADDRESS = re.compile(r"(?:src|href)\s*=\s*[\"']data:", re.IGNORECASE)


def problems_of_css(text: str) -> list[str]:
    """Every breach of the rules in one style sheet."""
    plain = _AT_CONDITION.sub("{", _COMMENT.sub("", text))
    found = [f"raw colour {m.group(0)}" for m in _RAW_COLOUR.finditer(plain)]
    found += [f"raw size {m.group(0)}" for m in _RAW_SIZE.finditer(plain)]
    return found + [f"physical {m.group(0)}" for m in _PHYSICAL.finditer(plain)]


def problems_of_template(text: str) -> list[str]:
    """Every place where the strict policy would block or the browser would ignore something."""
    rules = {"style": _STYLE_ATTRIBUTE, "handler": _HANDLER, "script": _INLINE_SCRIPT, "data:": _DATA_ADDRESS}
    return [f"{name}: {m.group(0)}" for name, rule in rules.items() for m in rule.finditer(text)]


def sheets() -> list[Path]:
    """All style sheets but those that may hold raw values: the tokens, and print (paper has no tokens)."""
    exempt = {CSS / "tokens.css", CSS / "print.css"}
    return sorted(path for path in CSS.rglob("*.css") if path not in exempt)


@pytest.mark.parametrize("sheet", sheets(), ids=lambda path: path.relative_to(CSS).as_posix())
def test_sheet_without_raw_values_and_in_a_layer(sheet: Path) -> None:
    text = sheet.read_text()
    assert problems_of_css(text) == []
    if sheet.name != "portolan.css":
        assert re.search(rf"@layer (?:{'|'.join(LAYERS)}) {{", text), "wraps itself in its layer"


def test_entry_lists_every_sheet_once_and_declares_the_layers() -> None:
    entry = (CSS / "portolan.css").read_text()
    listed = re.findall(r'@import url\("([^"]+)"\)', entry)
    present = [path.relative_to(CSS).as_posix() for path in CSS.rglob("*.css") if path.name != "portolan.css"]
    assert sorted(listed) == sorted(present)
    assert f"@layer {', '.join(LAYERS)};" in entry


def test_tokens_used_are_defined() -> None:
    text = "".join(path.read_text() for path in CSS.rglob("*.css"))
    defined = set(re.findall(r"(--[\w-]+)\s*:", text))
    used = set(re.findall(r"var\((--[\w-]+)\)", text))
    assert used - defined == set()


@pytest.mark.parametrize(
    "template", sorted(TEMPLATES.rglob("*.html")), ids=lambda p: p.relative_to(TEMPLATES).as_posix()
)
def test_template_is_clean_under_the_strict_policy(template: Path) -> None:
    assert problems_of_template(template.read_text()) == []


def test_icons_named_in_templates_are_drawn() -> None:
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', (ROOT / "static" / "icons.svg").read_text()))
    text = "".join(path.read_text() for path in TEMPLATES.rglob("*.html"))
    named = set(re.findall(r'_icon\.html" with name="([\w-]+)"', text)) | set(
        re.findall(r'[\s_]icon="([\w-]+)"', text)
    )
    assert named, "the search finds icons at all"
    assert named - drawn == set()


@pytest.mark.parametrize(
    "css",
    [
        "a { color: #fff; }",
        "a { margin: 4px; }",
        "a { padding-left: var(--x); }",
        "a { width: 100%; }",
        "a { text-align: right; }",
    ],
)
def test_css_rules_find_what_is_planted(css: str) -> None:
    assert problems_of_css(css)


@pytest.mark.parametrize(
    "html",
    ['<p style="x">', '<a onclick="x()">', "<script>x</script>", '<img src="data:image/png;base64,x">'],
)
def test_template_rules_find_what_is_planted(html: str) -> None:
    assert problems_of_template(html)


_DJANGO = re.compile(r"[\w-]*(?:\{\{.*?\}\}|\{%.*?%\})[\w-]*")
_COMMENT_TAG = re.compile(r"\{% comment %\}.*?\{% endcomment %\}", re.DOTALL)


def classes_of(template: str) -> set[str]:
    """Class names written out in a template; those put together by tags are left out."""
    found = re.findall(r'class="((?:[^"{]|\{\{.*?\}\}|\{%.*?%\})*)"', _COMMENT_TAG.sub("", template))
    return {
        name for value in found for name in _DJANGO.sub(" ", value).split() if re.fullmatch(r"[\w-]+", name)
    }


def test_classes_written_in_templates_exist_in_a_sheet() -> None:
    styled = set(re.findall(r"\.([a-zA-Z_][\w-]*)", "".join(path.read_text() for path in CSS.rglob("*.css"))))
    unknown = {
        f"{path.relative_to(TEMPLATES)}: {name}"
        for path in TEMPLATES.rglob("*.html")
        for name in classes_of(path.read_text()) - styled
    }
    assert unknown == set()


def test_classes_are_found_beside_template_tags() -> None:
    assert classes_of('<p class="soft{% if x == "y" %} loss{% endif %} badge--{{ tone }} num">') >= {"num"}
    assert classes_of('<p class="invented-name">') == {"invented-name"}
