"""The other side of `bench.bench_ordering`: a buyer who places one order after the other, step by step."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

import django

django.setup()

from django.db import connection  # noqa: E402 -- Django first

from bench.search_site import cpu_of, one_backend  # noqa: E402
from marketplace.core import clock  # noqa: E402
from marketplace.core.ids import new_key  # noqa: E402
from orders.models import Order  # noqa: E402
from tests.factories.accounts import a_member, signed_in  # noqa: E402
from tests.factories.catalog import a_live_product  # noqa: E402
from tests.factories.orders import ADDRESS  # noqa: E402

WARMING = 20


@dataclass
class Step:
    """What one of the three requests took, order by order."""

    walls: list[float] = field(default_factory=list)  # milliseconds
    statements: int = 0
    own: float = 0.0  # milliseconds of CPU
    of_postgres: float = 0.0


def measured(orders: int) -> Iterator[str]:
    """Place the orders and say what each step took in the middle."""
    product, buyer = a_live_product(), a_member()
    browser = signed_in(buyer)
    address = f"/checkout/{product.supplier.ref}/"
    quantity = product.moq or Decimal(1)
    ship_by = (clock.now() + timedelta(days=90)).date().isoformat()

    def order() -> Any:
        data = {
            **ADDRESS, "currency": product.currency, "transport_mode": "sea", "incoterms_rule": "FOB",
            "named_place": "Mundra", "ship_by": ship_by, "note": "", "idempotency_key": new_key(),
            "shown_minor": str(shown_minor),
        }  # fmt: skip
        return browser.post(address, data)

    shown_minor = int(product.variants.get().tiers.order_by("min_quantity")[0].unit_price * quantity * 100)
    asked: dict[str, Callable[[], Any]] = {
        "into the cart": lambda: browser.post(
            "/cart/add/", {"product_ref": product.ref, "quantity": _plain(quantity), "next": "checkout"}
        ),
        "the checkout's page": lambda: browser.get(f"{address}?currency={product.currency}"),
        "the order": order,
    }
    backend = one_backend()
    steps = {name: Step() for name in asked}
    for n in range(-WARMING, orders):
        if n == 0:
            steps = {name: Step() for name in asked}
        for name, ask in asked.items():
            _take(steps[name], ask, backend)
    placed = Order.objects.count()
    if placed != WARMING + orders:
        yield f"only {placed} of {WARMING + orders} orders were placed"
    yield from _lines(steps, orders)


def _take(step: Step, ask: Callable[[], Any], backend: int) -> None:
    def counted(execute: Callable[..., Any], *arguments: Any) -> Any:
        step.statements += 1
        return execute(*arguments)

    of_postgres, own, started = cpu_of(backend), time.process_time(), time.perf_counter()
    with connection.execute_wrapper(counted):
        response = ask()
    step.walls.append((time.perf_counter() - started) * 1000)
    step.own += (time.process_time() - own) * 1000
    step.of_postgres += (cpu_of(backend) - of_postgres) * 1000
    if response.status_code not in {200, 302}:
        sys.exit(f"{response.status_code}: {response.content.decode()[:2000]}")


def _lines(steps: dict[str, Step], orders: int) -> Iterator[str]:
    together = Step(
        walls=[sum(some) for some in zip(*(step.walls for step in steps.values()), strict=True)],
        statements=sum(step.statements for step in steps.values()),
        own=sum(step.own for step in steps.values()),
        of_postgres=sum(step.of_postgres for step in steps.values()),
    )
    for name, step in [*steps.items(), ("together", together)]:
        walls = sorted(step.walls)
        yield (
            f"{name}: {step.own / orders:.1f} + {step.of_postgres / orders:.1f} ms CPU, {step.statements / orders:.1f} SQL;"
            f" wall p50 {statistics.median(walls):.0f}, p95 {walls[len(walls) * 95 // 100]:.0f} ms"
        )


def _plain(quantity: Decimal) -> str:
    return format(quantity.normalize(), "f")


if __name__ == "__main__":
    for line in measured(int(sys.argv[1])):
        print(line, flush=True)
