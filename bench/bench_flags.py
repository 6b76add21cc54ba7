"""Flags on listings among many: pictures, words and prices beside those of others, per listing that is checked.

A server of its own. `BENCH_FLAGS=20000` listings take a minute, but for the migrations. Aim: what one check asks does
not grow with the listings as a scan would: under 50 ms in all at 100,000.
"""

import os
from collections.abc import Iterator

from bench.own_server import report_of

LISTINGS = int(os.environ.get("BENCH_FLAGS", "100000"))


def measure() -> Iterator[str]:
    """Lines of the report."""
    yield from report_of("flags", "bench.flags_client", str(LISTINGS))
