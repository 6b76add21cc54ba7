"""Imports of listings: read, checked and done by one worker, new, unchanged, changed, submitted and live; exports.

A server of its own with fsync on. `BENCH_IMPORT_ROWS=500` takes seconds but for the migrations. Aim: 10,000 rows
in under a minute on two cores, with memory that does not grow with the rows.
"""

import os
from collections.abc import Iterator

from bench.own_server import report_of

ROWS = int(os.environ.get("BENCH_IMPORT_ROWS", "10000"))


def measure() -> Iterator[str]:
    """Lines of the report."""
    yield from report_of("imports", "bench.import_client", str(ROWS))
