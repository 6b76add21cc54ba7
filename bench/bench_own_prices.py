"""A buyer with price lists: the index with so many offers set apart, and PostgreSQL, beside a buyer without.

PORTOLAN_BENCH_PRODUCTS and PORTOLAN_BENCH_DIR as in `bench_search`, whose data it uses.
"""

from collections.abc import Iterator

from bench.bench_search import beside_services


def measure() -> Iterator[str]:
    """Let a process of its own fill and measure."""
    yield from beside_services("bench.own_prices_site")
