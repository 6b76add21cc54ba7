"""Counts that were asked for already, as long as the index is the same: who turns pages or sorts asks them again.

Kept in each process beside one commit of the index and gone with it, so that they are never older than the index.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from catalog.search.question import Question
from catalog.search.spec import Facets, SearchSpec

MOST_KEPT: Final = 256  # questions; some ten kilobytes each at most

Counted = tuple[int, int, Facets]


class KeptCounts:
    """The latest questions with their counts; the longest unasked goes first."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[Question, SearchSpec], Counted] = OrderedDict()
        self._lock: Final = threading.Lock()

    def get(self, spec: SearchSpec, question: Question, count: Callable[[], Counted]) -> Counted:
        """The counts of a question that nobody's own prices are part of: order, place and reader do not change them.

        How it was typed does not either; a corrected question and the same text typed may ask for other words.
        """
        key = question, replace(spec, query="", sort="", cursor="", limit=0, buyer_id=None)
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
                return found
        found = count()
        with self._lock:
            self._kept[key] = found
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return found
