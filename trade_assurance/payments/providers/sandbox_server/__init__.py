"""The sandbox provider's side of the wire: sessions, refunds, payouts, accounts, chargebacks, webhooks, its books.

Behaves as another company's system would: every entry is a narrow door with a transaction of its own that
refuses to open inside another, answers plain views, honours idempotency keys, and meets the mishaps that were
laid out for it (`SandboxFault`). Knows nothing of our payments but the metadata it is sent. No money moves.
"""

from trade_assurance.payments.providers.sandbox_server.chargebacks import (
    REASONS,
    act_on_chargeback,
    open_chargeback,
    take_evidence,
)
from trade_assurance.payments.providers.sandbox_server.clockwork import settle_due
from trade_assurance.payments.providers.sandbox_server.doors import (
    ERROR_500,
    FIVE_TIMES,
    LATE_EFFECT,
    LOST_AFTER,
    LOST_BEFORE,
    NEVER,
    OVERTAKEN,
    ObjectView,
    Request,
    SandboxAnswerLost,
    SandboxError,
    lay_fault,
)
from trade_assurance.payments.providers.sandbox_server.payouts import (
    ASKED_OF_A_SUPPLIER,
    COMES_BACK,
    FAILS,
    INSUFFICIENT,
    answer_for_account,
    create_account,
    create_payout,
    create_reversal,
    restrict_account,
)
from trade_assurance.payments.providers.sandbox_server.reading import (
    MovementView,
    balances,
    clear_faults,
    enter_movement,
    find_object,
    forge,
    get_object,
    laid_faults,
    movements,
    recent,
    send_again,
    waiting_deliveries,
)
from trade_assurance.payments.providers.sandbox_server.sessions import (
    FAILS_LATE,
    PAST_WINDOW,
    act_on_page,
    create_refund,
    create_session,
    expire_session,
)

__all__ = [
    "ASKED_OF_A_SUPPLIER",
    "COMES_BACK",
    "ERROR_500",
    "FAILS",
    "FAILS_LATE",
    "FIVE_TIMES",
    "INSUFFICIENT",
    "LATE_EFFECT",
    "LOST_AFTER",
    "LOST_BEFORE",
    "NEVER",
    "OVERTAKEN",
    "PAST_WINDOW",
    "REASONS",
    "MovementView",
    "ObjectView",
    "Request",
    "SandboxAnswerLost",
    "SandboxError",
    "act_on_chargeback",
    "act_on_page",
    "answer_for_account",
    "balances",
    "clear_faults",
    "create_account",
    "create_payout",
    "create_refund",
    "create_reversal",
    "create_session",
    "enter_movement",
    "expire_session",
    "find_object",
    "forge",
    "get_object",
    "laid_faults",
    "lay_fault",
    "movements",
    "open_chargeback",
    "recent",
    "restrict_account",
    "send_again",
    "settle_due",
    "take_evidence",
    "waiting_deliveries",
]
