"""Descriptions: simple marks or pasted HTML in, clean HTML out, and back into marks for editing.

Owns what a description may contain: paragraphs, lists, headings, bold and italic. No links, no images,
no attributes. Must not touch the database. Everything leaves through `nh3`.
"""

from __future__ import annotations

import re
from html import escape, unescape
from html.parser import HTMLParser

import nh3

ALLOWED_TAGS = {"p", "br", "ul", "ol", "li", "strong", "em", "h3"}
# Pasted from a word processor or another shop: understood, then reduced to the allowed ones.
_SYNONYMS = {"b": "strong", "i": "em", "h1": "h3", "h2": "h3", "h4": "h3", "h5": "h3", "h6": "h3", "div": "p"}
_LOOKS_LIKE_HTML = re.compile(
    r"</?(?:p|br|ul|ol|li|strong|em|b|i|h[1-6]|div|span|table|a)\b[^<>]*>", re.IGNORECASE
)
_BOLD = re.compile(r"\*\*(\S(?:[^*\n]*\S)?)\*\*")
_BULLET = re.compile(r"^\s*[-*•]\s+")
_NUMBERED = re.compile(r"^\s*\d{1,2}[.)]\s+")
_HEADING = re.compile(r"^\s*#{1,6}\s+")
# Taken out with all that stands in them; the others lose their marks only.
_UNREAD_TAGS = {"script", "style", "title", "textarea", "noscript"}
# More than any description that is within its limit, however it was pasted. Reading HTML costs the square of its depth.
_MOST_SIGNS = 200_000
_MOST_TAGS = 4_000
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


def clean_html(text: str) -> str:
    """Clean HTML from what a person typed (marks) or pasted (HTML); empty when nothing readable is left.

    HTML that is too large to be read is not: it comes out as the signs it is made of, too long for any field.
    """
    text = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    html = _reduce(text) if _LOOKS_LIKE_HTML.search(text) else _from_marks(text)
    html = nh3.clean(
        html, tags=ALLOWED_TAGS, attributes={}, clean_content_tags=_UNREAD_TAGS, strip_comments=True
    )
    html = _CONTROL.sub("", html)  # what was written as `&#8238;` is a sign by now
    return html.strip() if plain_text(html) else ""


def plain_text(html: str) -> str:
    """The words only, on one line."""
    spaced = re.sub(r"<(?:/?(?:p|li|ul|ol|h3)|br)\b[^>]*>", " ", html)
    bare = nh3.clean(spaced, tags=set(), attributes={})
    return " ".join(unescape(bare).split())


def as_marks(html: str) -> str:
    """The description as a person edits it: blank lines, `- ` lists, `## ` headings, `**bold**`.

    Pasted HTML may hold signs that would be taken for marks (a literal pair of asterisks, a line that begins with
    a dash): it is given back as the HTML it is, so that what is saved unchanged stays unchanged.
    """
    reader = _MarkWriter()
    reader.feed(html)
    reader.close()
    marks = re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+\n", "\n", "".join(reader.parts))).strip()
    if _says_the_same(clean_html(marks), html):
        return marks
    return html if _LOOKS_LIKE_HTML.search(html) else f"<p>{html}</p>"


def _says_the_same(made: str, html: str) -> bool:
    """The same words, and the same of them bold."""
    bold = re.compile(r"<strong>(.*?)</strong>", re.DOTALL)
    return plain_text(made) == plain_text(html) and _words(bold.findall(made)) == _words(bold.findall(html))


def _words(parts: list[str]) -> list[str]:
    return [words for part in parts if (words := plain_text(part))]


def _reduce(html: str) -> str:
    if len(html) > _MOST_SIGNS or html.count("<") > _MOST_TAGS:
        return f"<p>{escape(html)}</p>"

    def replace(match: re.Match[str]) -> str:
        name = match.group(2).lower()
        return f"<{match.group(1)}{_SYNONYMS.get(name, name)}>"

    return re.sub(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)\b[^<>]*>", replace, html)


def _from_marks(text: str) -> str:
    blocks = [block for block in re.split(r"\n\s*\n", text) if block.strip()]
    return "\n".join(_block(block.split("\n")) for block in blocks)


def _block(lines: list[str]) -> str:
    out: list[str] = []
    run: list[str] = []
    kind = ""
    for line in lines:
        line_kind = _kind_of(line)
        if line_kind != kind and run:
            out.append(_render(kind, run))
            run = []
        kind = line_kind
        run.append(line)
    if run:
        out.append(_render(kind, run))
    return "\n".join(out)


def _kind_of(line: str) -> str:
    for kind, pattern in (("ul", _BULLET), ("ol", _NUMBERED), ("h3", _HEADING)):
        if pattern.match(line):
            return kind
    return "p"


def _render(kind: str, lines: list[str]) -> str:
    if kind == "p":
        return f"<p>{'<br>'.join(_inline(line.strip()) for line in lines)}</p>"
    pattern = {"ul": _BULLET, "ol": _NUMBERED, "h3": _HEADING}[kind]
    texts = [pattern.sub("", line).strip() for line in lines]
    items = [_inline(text) for text in texts if text]  # a mark with nothing behind it is no item
    if not items:
        return ""
    if kind == "h3":
        return "".join(f"<h3>{item}</h3>" for item in items)
    return f"<{kind}>{''.join(f'<li>{item}</li>' for item in items)}</{kind}>"


def _inline(text: str) -> str:
    return _BOLD.sub(r"<strong>\1</strong>", escape(text, quote=False))


class _MarkWriter(HTMLParser):
    """Writes clean HTML as marks. Must only be given what `clean_html` made."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._lists: list[int | None] = []
        self._bold_from: list[int] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 -- HTMLParser calls it so
        if tag in {"ul", "ol"}:
            self.parts.append("\n\n")
            self._lists.append(0 if tag == "ol" else None)
        elif tag == "li":
            self.parts.append(f"\n{self._bullet()}")
        elif tag == "strong":
            self._bold_from.append(len(self.parts))
            self.parts.append("**")
        elif tag == "br":
            self.parts.append("\n")
        elif tag in {"p", "h3"}:
            self.parts.append("\n\n## " if tag == "h3" else "\n\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "strong" and self._bold_from:
            self._end_bold(self._bold_from.pop())
        elif tag in {"ul", "ol"} and self._lists:
            self._lists.pop()
            self.parts.append("\n\n")

    def _end_bold(self, start: int) -> None:
        """Close the marks; without words that marks can enclose (none, or blank at an end) there are none."""
        if _BOLD.fullmatch(f"**{''.join(self.parts[start + 1 :])}**"):
            self.parts.append("**")
        else:
            del self.parts[start]

    def handle_data(self, data: str) -> None:
        if data.strip() or (self.parts and not self.parts[-1].endswith("\n")):
            self.parts.append(re.sub(r"\s+", " ", data))

    def _bullet(self) -> str:
        if not self._lists or self._lists[-1] is None:
            return "- "
        self._lists[-1] += 1
        return f"{self._lists[-1]}. "
