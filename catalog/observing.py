"""What a page notes of a visit: words searched, products looked at. No person, no address of a machine, no cookie.

A program that says it is one is not counted. What could be somebody's name or number in a search (an address of
mail, a long row of digits) is not noted. Owns what is noted, not how it is summed (`operations.searching.observations`).
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final
from urllib.parse import parse_qs, urlsplit

from django.http import HttpRequest
from django.utils.translation import get_language

from catalog.languages import CODE_LENGTH
from catalog.models.search_log import QUERY_LENGTH
from catalog.search.question import read_question
from marketplace.core.notes import note

SEARCHES: Final = "searches"
VIEWS: Final = "views"
_ROBOT = re.compile(
    r"bot\b|bot[/;\s_-]|crawl|spider|slurp|preview|headless|curl|wget|python|java/|go-http|okhttp|scrapy"
    r"|facebookexternalhit|lighthouse|monitor|uptime|feed",
    re.IGNORECASE,
)
_PERSONAL = re.compile(r"@|\d{11}")
_GAPS = re.compile(r"[\s().+-]+")


def note_search(request: HttpRequest, *, typed: str, found: int, country: str, at: datetime) -> None:
    """A person searched these words and so many offers have them. Filters and pages of one search count once."""
    words = countable_words(typed)
    if not words or is_robot(request) or words == searched_before(request):
        return
    language = (get_language() or "")[:CODE_LENGTH]
    note(SEARCHES, at.date().isoformat(), words, language, country, found)


def note_view(request: HttpRequest, *, product_ref: str, country: str, at: datetime) -> None:
    """A person opened a product's page; from which search, the browser says."""
    if not is_robot(request):
        note(VIEWS, at.date().isoformat(), product_ref, country, searched_before(request))


def countable_words(typed: str) -> str:
    """A question as it is counted, the same for every way to type it; empty for what may name a person."""
    if _PERSONAL.search(_GAPS.sub("", typed)):
        return ""
    return read_question(typed).text()[:QUERY_LENGTH]


def searched_before(request: HttpRequest) -> str:
    """The words of the list of results that the reader comes from, when it is one of ours."""
    came_from = request.headers.get("Referer", "")
    if not came_from or len(came_from) > 2000:
        return ""
    try:
        parts = urlsplit(came_from)
    except ValueError:
        return ""
    if parts.netloc != request.get_host() or not parts.path.startswith(("/search/", "/categories/")):
        return ""
    return countable_words(parse_qs(parts.query, max_num_fields=100).get("q", [""])[0][:QUERY_LENGTH])


def is_robot(request: HttpRequest) -> bool:
    """Whether a program asks, as far as it says so itself; a reader without any name is one."""
    name = request.headers.get("User-Agent", "")
    return not name or _ROBOT.search(name) is not None
