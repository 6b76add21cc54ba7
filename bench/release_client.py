"""A process that releases with our code and says how long it took: one by one, by a batch, or as a worker's sweep.

Started by `bench_release`: `python -m bench.release_client WORD`, with DATABASE_URL in its environment. It says that it
is ready and begins at the first line it is sent.
"""

import os
import sys
import time
from datetime import UTC, datetime

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings.test")
django.setup()

from django.db import connection  # noqa: E402 -- after Django is set up

from marketplace.core.actors import Actor  # noqa: E402
from marketplace.core.books import find_discrepancies  # noqa: E402
from marketplace.core.deadlines import sweep_due  # noqa: E402
from marketplace.core.jobs import QUEUE_HOLDS  # noqa: E402
from marketplace.core.models import Deadline  # noqa: E402
from orders.models import Order  # noqa: E402
from trade_assurance.holds.operations import accept_delivery  # noqa: E402

BATCH = int(os.environ.get("BENCH_BATCH", "250"))


def one_by_one() -> int:
    """The buyer accepts each trade whose window is due."""
    at = datetime.now(UTC)
    due = Deadline.objects.filter(kind="accept_by_silence", state="open", wake_at__lte=at)
    refs = list(due.order_by("pk").values_list("subject", flat=True))
    buyer = Actor.user(user_id=1, name="Bench", company_id=_buyer(), role="owner")
    started = time.time()
    for ref in refs:
        accept_delivery(order_ref=ref, actor=buyer, key=f"bench:{ref}", at=at)
    _say(len(refs), started)
    return len(refs)


def sweep() -> int:
    """What a worker does: sweep after sweep until nothing is due."""
    started, done = time.time(), 0
    while True:
        result = sweep_due(at=datetime.now(UTC), queue=QUEUE_HOLDS, limit=BATCH)
        if result.failed or result.skipped:
            print(result, file=sys.stderr)
        done += result.done
        if result.done + result.skipped + result.failed == 0:
            _say(done, started)
            return done


def check() -> int:
    """The books, all of them."""
    found = find_discrepancies()
    for discrepancy in found[:5]:
        print(discrepancy, file=sys.stderr)
    print(len(found), flush=True)
    return len(found)


def _buyer() -> int:
    return Order.objects.values_list("buyer_id", flat=True)[0]


def _say(count: int, started: float) -> None:
    print(count, started, time.time(), flush=True)


if __name__ == "__main__":
    connection.ensure_connection()
    print("ready", flush=True)
    sys.stdin.readline()
    {"one_by_one": one_by_one, "sweep": sweep, "check": check}[sys.argv[1]]()
