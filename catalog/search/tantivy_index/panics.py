"""Panics of the index's library as errors of ours. Owns nothing else.

A panic in Rust comes as a `BaseException` that no `except Exception` catches and that cannot be imported; a page
must not die of it, and the follower must not end.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class IndexPanicked(ValueError):
    """The library gave up in the middle of its work: the index, or the question, was not as it believes."""


@contextmanager
def panics_as_errors() -> Iterator[None]:
    """Raises `IndexPanicked` for a panic inside; everything else goes on as it is."""
    try:
        yield
    except BaseException as error:
        if type(error).__module__ != "pyo3_runtime":
            raise
        raise IndexPanicked(str(error)) from error
