"""The operator's rules about goods as the desk reads them: found by goods, country and words, page by page. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import and_
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import ngettext

from catalog.models import GoodsRule
from catalog.queries.trust.goods import RuleLine, rule_line
from catalog.rules.goods import prefixes_of

PAGE_LENGTH = 40
_ENDED_LENGTH = 50


@dataclass(frozen=True, slots=True)
class RulesQuestion:
    """What is looked for; empty finds all. `hs` are digits, `after` is the reference of the last rule of the page before."""

    words: str = ""
    hs: str = ""
    country: str = ""
    kind: str = ""
    after: str = ""

    @property
    def is_narrow(self) -> bool:
        """Whether anything is looked for."""
        return bool(self.words or self.hs or self.country or self.kind)


@dataclass(frozen=True, slots=True)
class RulesDesk:
    """One page of the rules that stand, how many were found, and those that ended."""

    question: RulesQuestion
    standing: tuple[RuleLine, ...]
    ended: tuple[RuleLine, ...]
    found_text: str
    first_url: str
    next_url: str


def rules_desk(question: RulesQuestion | None = None) -> RulesDesk:
    """What is looked for among all rules. Two statements, however many pages there are."""
    asked = question or RulesQuestion()
    rows = _found(asked)
    standing = list(
        rows.filter(ended_at__isnull=True).order_by("hs_prefix", "origin", "destination", "kind", "pk")
    )
    ended = rows.filter(ended_at__isnull=False).order_by("-ended_at")[:_ENDED_LENGTH]
    # One that was ended in between is in no list: then the first page is shown.
    start = next((place for place, row in enumerate(standing, 1) if row.ref == asked.after), 0)
    page, number = standing[start : start + PAGE_LENGTH], len(standing)
    return RulesDesk(
        question=asked,
        standing=tuple(rule_line(row) for row in page),
        ended=tuple(rule_line(row) for row in ended),
        found_text=ngettext("%(number)s rule stands.", "%(number)s rules stand.", number)
        % {"number": number},
        first_url=_url(asked) if start else "",
        next_url=_url(asked, page[-1].ref) if start + PAGE_LENGTH < number else "",
    )


def _found(asked: RulesQuestion) -> QuerySet[GoodsRule]:
    """A code finds the rules below it and those that hold for it; a country those that name it."""
    rows = GoodsRule.objects.all()
    if asked.hs:
        rows = rows.filter(Q(hs_prefix__startswith=asked.hs) | Q(hs_prefix__in=prefixes_of(asked.hs)))
    if asked.country:
        rows = rows.filter(Q(origin=asked.country) | Q(destination=asked.country))
    if asked.kind:
        rows = rows.filter(kind=asked.kind)
    if words := asked.words.split():
        rows = rows.filter(reduce(and_, (_says(word) for word in words)))
    return rows


def _says(word: str) -> Q:
    return Q(reason__icontains=word) | Q(source__icontains=word) | Q(needs__icontains=word)


def _url(asked: RulesQuestion, after: str = "") -> str:
    wanted = {
        "words": asked.words,
        "hs": asked.hs,
        "country": asked.country,
        "kind": asked.kind,
        "after": after,
    }
    query = urlencode({name: value for name, value in wanted.items() if value})
    return f"{reverse('desk_goods_rules')}?{query}"
