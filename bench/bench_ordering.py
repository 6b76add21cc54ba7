"""An order from the product page's button to placed: into the cart, the checkout's page, the order; CPU, SQL, time.

`BENCH_ORDERS` orders (200), each through the whole stack of middleware and templates by Django's own test client, whose
work is counted too, on a server with fsync on. Aim: at most 60 statements and 120 ms for all three together.
"""

import os
from collections.abc import Iterator

from bench.own_server import report_of

ORDERS = int(os.environ.get("BENCH_ORDERS", "200"))


def measure() -> Iterator[str]:
    """Lines of the report."""
    yield from report_of("ordering", "bench.ordering_client", str(ORDERS))
