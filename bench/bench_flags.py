"""Flags on listings among many: pictures, words and prices beside those of others, per listing that is checked.

A server of its own. `BENCH_FLAGS` listings (20,000) with five pictures each. Aim: what one check asks does not grow as a
scan would: under 50 ms in all on a quiet machine.
"""

import os
from collections.abc import Iterator

from bench.own_server import report_of

LISTINGS = int(os.environ.get("BENCH_FLAGS", "20000"))


def measure() -> Iterator[str]:
    """Lines of the report."""
    yield from report_of("flags", "bench.flags_client", str(LISTINGS))
