"""Who may open the routes of payments: the payer's members, the finance desk, and a provider with its signature."""

from __future__ import annotations

from typing import Any

from marketplace.core.ids import new_key
from marketplace.core.money import Money
from tests.access import EVERYBODY, Outcome, Outcomes, Route, outcomes
from tests.factories.banking import Booking, a_batch, an_exported_batch, camt, read, taken
from tests.factories.payments import a_payment, a_payout, a_received_transfer, a_refund

CLOSED: Outcomes = dict.fromkeys(EVERYBODY, Outcome.CLOSED)
FINANCE = outcomes(
    Outcome.REFUSED,
    anonymous=Outcome.LOGIN,
    finance_officer=Outcome.OPEN,
    staff_without_factor=Outcome.ONWARD,
)
# A payment of a company that none of the personas belongs to; that its own members may is in tests/payments.
STRANGERS = outcomes(Outcome.ONWARD, anonymous=Outcome.LOGIN, members=Outcome.HIDDEN)


def a_transfer(_world: Any) -> dict[str, object]:
    """A bank transfer that is expected."""
    return {"ref": a_payment().ref}


def a_bank_refund(_world: Any) -> dict[str, object]:
    """A refund that a finance officer has to make."""
    return {"ref": a_refund(a_received_transfer(), Money(100, "USD")).ref}


def an_operation(_world: Any) -> dict[str, object]:
    """A payout by the sandbox that nobody has sent yet."""
    return {"operation_id": a_payout(provider="sandbox").pk}


def a_batch_line(_world: Any) -> dict[str, object]:
    """A line of a batch that waits to be exported."""
    batch = a_batch([a_payout()])
    return {"ref": batch.ref, "line_id": batch.lines.get().pk}


def an_open_batch(_world: Any) -> dict[str, object]:
    """A batch that waits to be exported."""
    return {"ref": a_batch([a_payout()]).ref}


def a_handed_in_batch(_world: Any) -> dict[str, object]:
    """A batch whose file has left."""
    return {"ref": an_exported_batch([a_payout()]).ref}


def a_statement(_world: Any) -> dict[str, object]:
    """A statement that was read and not taken."""
    return {"ref": read(camt(Booking(Money(100, "USD"), "nobody"))).ref}


def a_csv(_world: Any) -> dict[str, object]:
    """A CSV whose columns are to be named."""
    return {"ref": read(b"Date;Amount\n01.03.2026;1,00\n", name="s.csv").ref}


def a_bank_line(_world: Any) -> dict[str, object]:
    """A line that nobody could match."""
    return {"ref": taken(Booking(Money(100, "USD"), "nobody"))[0].ref}


def why(_world: Any) -> dict[str, object]:
    """A reason, with a fresh key."""
    return {"idempotency_key": new_key(), "reason": "Because of this walk"}


BANKING = (
    Route("desk_bank_accounts", get=FINANCE, post=FINANCE),
    Route("desk_refund_destination", get=FINANCE, post=FINANCE, kwargs=a_bank_refund),
    Route("desk_batches", get=FINANCE, post=FINANCE),
    Route("desk_batch", get=FINANCE, post=CLOSED, kwargs=an_open_batch),
    Route("desk_batch_approval", get=CLOSED, post=FINANCE, kwargs=an_open_batch, data=why),
    Route("desk_batch_export", get=CLOSED, post=FINANCE, kwargs=an_open_batch),
    Route("desk_batch_outcome", get=CLOSED, post=FINANCE, kwargs=a_handed_in_batch, data=why),
    Route("desk_batch_cancellation", get=CLOSED, post=FINANCE, kwargs=an_open_batch, data=why),
    Route("desk_batch_rejection", get=CLOSED, post=FINANCE, kwargs=a_handed_in_batch, data=why),
    Route("desk_batch_withdrawal", get=CLOSED, post=FINANCE, kwargs=a_batch_line, data=why),
    Route("desk_statements", get=FINANCE, post=FINANCE),
    Route("desk_statement", get=FINANCE, post=CLOSED, kwargs=a_statement),
    Route("desk_statement_take", get=CLOSED, post=FINANCE, kwargs=a_statement, data=why),
    Route("desk_statement_discard", get=CLOSED, post=FINANCE, kwargs=a_statement),
    Route("desk_statement_layout", get=FINANCE, post=FINANCE, kwargs=a_csv),
    Route("desk_bank_lines", get=FINANCE, post=CLOSED),
    Route("desk_bank_line", get=FINANCE, post=CLOSED, kwargs=a_bank_line),
    Route("desk_bank_line_split", get=FINANCE, post=FINANCE, kwargs=a_bank_line),
    *(
        Route(f"desk_bank_line_{step}", get=CLOSED, post=FINANCE, kwargs=a_bank_line, data=why)
        for step in ("assign", "return", "fee", "note", "take")
    ),
)
ROUTES = (
    *BANKING,
    Route("payment", get=STRANGERS, post=CLOSED, kwargs=a_transfer),
    Route("payment_return", get=STRANGERS, post=CLOSED, kwargs=a_transfer),
    Route("sandbox_pay", get=STRANGERS, post=STRANGERS, kwargs=lambda world: {"ref": "sbs_nobodys"}),
    Route(
        "sandbox_registration",
        get=STRANGERS,
        post=STRANGERS,
        kwargs=lambda world: {"ref": "sba_nobodys"},
        note="the supplier's own people: tests/payments/test_rehearsal.py",
    ),
    Route("desk_sandbox", get=FINANCE, post=CLOSED),
    Route("desk_sandbox_mishap", get=CLOSED, post=FINANCE, data=lambda world: {"mishap": "get:lost_before"}),
    Route("desk_sandbox_movement", get=CLOSED, post=FINANCE),
    Route("desk_sandbox_step", get=CLOSED, post=FINANCE, kwargs=lambda world: {"ref": "sbs_nobodys"}),
    Route(
        "payments_webhook",
        get=CLOSED,
        post=dict.fromkeys(EVERYBODY, Outcome.HIDDEN),
        kwargs=lambda world: {"provider": "nobody"},
        note="who is known is asked for a signature: tests/payments/test_webhooks.py",
    ),
    Route("desk_transfers", get=FINANCE, post=CLOSED),
    Route("desk_transfer", get=FINANCE, post=FINANCE, kwargs=a_transfer),
    Route("desk_refunds", get=FINANCE, post=CLOSED),
    Route("desk_refund", get=FINANCE, post=FINANCE, kwargs=a_bank_refund),
    Route("desk_refund_failed", get=CLOSED, post=FINANCE, kwargs=a_bank_refund),
    Route("desk_refund_approve", get=CLOSED, post=FINANCE, kwargs=a_bank_refund),
    Route("desk_refund_refuse", get=CLOSED, post=FINANCE, kwargs=a_bank_refund),
    Route(
        "desk_refund_again",
        get=CLOSED,
        post=FINANCE,
        kwargs=a_bank_refund,
        note="without a key: sent back to the page",
    ),
    Route("desk_operations", get=FINANCE, post=CLOSED),
    Route("desk_operation", get=FINANCE, post=CLOSED, kwargs=an_operation),
    Route("desk_operation_look", get=CLOSED, post=FINANCE, kwargs=an_operation),
    Route("desk_reviews", get=FINANCE, post=CLOSED),
    Route("desk_review_resolved", get=CLOSED, post=FINANCE, kwargs=lambda world: {"item_id": 0}),
)
