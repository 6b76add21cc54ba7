"""What `bench_own_prices` measures, in a process of its own: `python -m bench.own_prices_site PRODUCTS`."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Final
from unittest import mock

import django

django.setup()

from bench.search_data import Vocabulary  # noqa: E402 -- Django first
from bench.search_site import cpu_of, one_backend, prepare  # noqa: E402
from catalog.models import PriceList, PriceListBuyer, PrivatePrice, SearchEntry, Variant  # noqa: E402
from catalog.search import SearchSpec, Sort  # noqa: E402
from catalog.search.engine import SearchEngine, find_with  # noqa: E402
from catalog.search.local_index import local_index  # noqa: E402
from catalog.search.postgres import PostgresEngine  # noqa: E402
from catalog.search.tantivy_index import own_values  # noqa: E402
from marketplace.accounts.models import Company  # noqa: E402
from marketplace.core import clock  # noqa: E402

APART: Final = (20, 100, 500, 1_000)
ASKED: Final = 20


def main(products: int) -> None:
    """Everything, line by line; the lists it makes are taken away again."""
    prepare(products)
    engine = local_index.engine()
    assert engine is not None  # noqa: S101 -- it was built just now
    bounds = mock.patch.multiple(own_values, MOST_APART=max(APART), MOST_NAMED=max(APART))
    bounds.start()  # what the bound costs is asked here
    company = Company.objects.order_by("-pk").first()
    assert company is not None  # noqa: S101 -- suppliers were filled in
    today = clock.now().date()
    kinds = dict(_questions(Vocabulary(random.Random(20261128))))
    print(
        "CPU ms of the process + PostgreSQL per answer with counts: everybody's index; with so many offers set apart; PostgreSQL"
    )
    for name, specs in kinds.items():
        figures = [f"index {_cpu(engine, specs)}"]
        for number in APART:
            made = _lists(company, number, today)
            asked = [replace(spec, buyer_id=company.pk) for spec in specs]
            figures.append(f"{number} apart {_cpu(engine, asked)}")
            if number == APART[1]:
                figures.append(f"PostgreSQL {_cpu(PostgresEngine(), asked[:8])}")
            made.delete()
        print(f"{name}: " + ", ".join(figures), flush=True)


def _questions(vocabulary: Vocabulary) -> Iterable[tuple[str, list[SearchSpec]]]:
    words = [vocabulary.draw(6)[0] for _ in range(ASKED)]
    mine = {"quantity": Decimal(5_000), "unit_code": "KGM"}
    yield "everything, newest", [SearchSpec() for _word in words]
    yield "everything, by price", [SearchSpec(sort=Sort.PRICE, **mine) for _word in words]  # type: ignore[arg-type]
    yield "one word", [SearchSpec(query=word) for word in words]
    yield (
        "one word, my quantity, price at most",
        [SearchSpec(query=word, price_max=Decimal(40), **mine) for word in words],  # type: ignore[arg-type]
    )
    yield "one word, by price", [SearchSpec(query=word, sort=Sort.PRICE) for word in words]


def _lists(company: Company, number: int, today: date) -> PriceList:
    """One list with so many prices, drawn over the whole market: written as rows, for its owner does not matter."""
    now = clock.now()
    made = PriceList.objects.create(
        supplier=company, name="bench", valid_from=today, created_at=now, updated_at=now
    )
    PriceListBuyer.objects.create(price_list=made, company=company)
    chance = random.Random(number)
    entries = list(
        SearchEntry.objects.order_by("product_id").values_list("product_id", "currency", "tier_prices")
    )
    chosen = {row[0]: row for row in chance.sample(entries, min(number, len(entries)))}
    variants = Variant.objects.filter(product_id__in=chosen, position=1)
    PrivatePrice.objects.bulk_create(
        PrivatePrice(
            price_list=made,
            variant=variant,
            min_quantity=Decimal(1),
            unit_price=chosen[variant.product_id][2][-1] * Decimal("0.9"),
            currency=chosen[variant.product_id][1],
        )
        for variant in variants
    )
    return made


def _cpu(engine: SearchEngine, specs: list[SearchSpec]) -> str:
    find_with(engine, specs[0])
    backend = one_backend()
    cpu, of_postgres = time.process_time(), cpu_of(backend)
    for spec in specs:
        find_with(engine, spec)
    asked = len(specs)
    own = (time.process_time() - cpu) / asked * 1000
    return f"{own:.1f} + {(cpu_of(backend) - of_postgres) / asked * 1000:.0f}"


if __name__ == "__main__":
    main(int(sys.argv[1]))
