"""One process that books with `ledger.operations.post` for some seconds, and says how many postings it made.

Started by `bench_posting`: `python -m bench.posting_client LABEL SECONDS`, with DATABASE_URL in its environment.
"""

import os
import sys
import time
from datetime import UTC, datetime

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings.test")
django.setup()

from marketplace.core.money import Money  # noqa: E402 -- after Django is set up
from trade_assurance.ledger.operations import credit, debit, post  # noqa: E402
from trade_assurance.ledger.states import AccountKind  # noqa: E402


def main(label: str, seconds: float) -> None:
    """Fund a fresh hold, release it less commission: two postings, each committed, again and again."""
    at = datetime.now(UTC)
    ends, count = time.monotonic() + seconds, 0
    while time.monotonic() < ends:
        hold = f"hold_{label}_{count}"
        post(
            kind="funded",
            subject=hold,
            key=f"{hold}:1",
            happened_at=at,
            entries=[
                debit(AccountKind.PROVIDER_CLEARING, "bank_transfer", Money(10_000, "USD")),
                credit(AccountKind.ESCROW, hold, Money(10_000, "USD")),
            ],
        )
        post(
            kind="released",
            subject=hold,
            key=f"{hold}:2",
            happened_at=at,
            entries=[
                debit(AccountKind.ESCROW, hold, Money(10_000, "USD")),
                credit(AccountKind.SUPPLIER_PAYABLE, "com_bench", Money(9_700, "USD")),
                credit(AccountKind.COMMISSION, "marketplace", Money(300, "USD")),
            ],
        )
        count += 2
    print(count)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
