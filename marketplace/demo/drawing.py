"""Draws the story's pictures in processes beside the one that tells it.

The processes know the drawing only: no database, no settings. Should they be stopped (a machine short of
memory), the teller draws what is missing.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field

from marketplace.demo.pictures import PictureRecipe, render

Wanted = tuple[str, PictureRecipe, int]


@dataclass(frozen=True, slots=True)
class Drawings:
    """Pictures by name, as far as they are wanted; reading one waits until it is drawn."""

    wanted: dict[str, tuple[PictureRecipe, int]] = field(default_factory=dict)
    drawn: dict[str, Future[bytes]] = field(default_factory=dict)

    def picture(self, name: str) -> bytes | None:
        """The picture; None when nobody wanted it."""
        if name not in self.wanted:
            return None
        try:
            return self.drawn[name].result()
        except BrokenProcessPool:
            recipe, angle = self.wanted[name]
            return render(recipe, angle=angle)


@contextmanager
def drawing(wanted: Iterable[Wanted], *, processes: int) -> Iterator[Drawings]:
    """Draw these pictures (name, recipe, angle) in this order; none at all with no processes."""
    if processes == 0:
        yield Drawings()
        return
    context = multiprocessing.get_context("spawn")  # no inherited database connection
    with ProcessPoolExecutor(max_workers=processes, mp_context=context) as pool:
        drawings = Drawings({name: (recipe, angle) for name, recipe, angle in wanted})
        for name, (recipe, angle) in drawings.wanted.items():
            drawings.drawn[name] = pool.submit(render, recipe, angle=angle)
        try:
            yield drawings
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
