"""The rehearsal page: what the sandbox did lately and what its side may do next. Asks the sandbox; writes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from marketplace.core.errors import Text
from marketplace.core.money import Money
from trade_assurance.payments.providers import sandbox_server
from trade_assurance.payments.providers.sandbox_server import ObjectView

ASKED_LABELS: Final[dict[str, Text]] = {
    "legal_name_proof": _("Proof of the company's legal name"),
    "bank_account": _("A bank account in the company's name"),
    "representative": _("Who represents the company"),
    "identity_document": _("An identity document of the representative"),
}
REASON_LABELS: Final[dict[str, Text]] = {
    "product_not_received": _("the goods never came"),
    "product_unacceptable": _("the goods are not as agreed"),
    "fraudulent": _("the payer says it was not them"),
    "duplicate": _("paid twice"),
    "general": _("no reason given"),
}
STATUS_LABELS: Final[dict[str, Text]] = {
    "open": _("open"),
    "authentication": _("the bank asks the payer"),
    "processing": _("under way"),
    "partly_paid": _("partly paid"),
    "paid": _("paid"),
    "failed": _("failed"),
    "expired": _("expired"),
    "done": _("done"),
    "incomplete": _("answers are missing"),
    "active": _("can be paid"),
    "restricted": _("may not be paid"),
    "inquiry": _("inquiry"),
    "under_review": _("evidence received"),
    "won": _("won"),
    "lost": _("lost"),
    "closed": _("closed"),
}
_TONES: Final = {
    "paid": "safe",
    "done": "safe",
    "active": "safe",
    "won": "safe",
    "open": "waiting",
    "inquiry": "waiting",
    "under_review": "info",
    "processing": "info",
    "partly_paid": "waiting",
    "incomplete": "waiting",
    "failed": "danger",
    "lost": "danger",
    "restricted": "danger",
}
_REFUSALS: Final[dict[str, Text]] = {
    "charge_already_disputed": _("This payment is under a chargeback already."),
    "nothing_left_to_dispute": _("Everything of this payment was refunded or charged back before."),
    "no_such_choice": _("This is not possible any more. Reload the page and look again."),
    "no_such_object": _("The sandbox knows nothing of that name."),
}
CALL_LABELS: Final[dict[str, Text]] = {
    "session": _("opening a payment page"),
    "refund": _("a refund"),
    "payout": _("a payout"),
    "reversal": _("taking a payout back"),
    "account": _("registering a supplier"),
    "evidence": _("sending evidence"),
    "get": _("asking how something stands"),
    "find": _("looking something up"),
    "movements": _("reading the account"),
    "webhook": _("a webhook"),
}
MODE_LABELS: Final[dict[str, Text]] = {
    sandbox_server.LOST_BEFORE: _("no answer, and nothing happened"),
    sandbox_server.LOST_AFTER: _("no answer, but it happened"),
    sandbox_server.LATE_EFFECT: _("no answer, and it happens 20 seconds later"),
    sandbox_server.ERROR_500: _("error 500, stored under the key"),
    sandbox_server.FAILS_LATE: _("arrives, and fails 20 seconds later"),
    sandbox_server.PAST_WINDOW: _("refused: the time for refunds has passed"),
    sandbox_server.FAILS: _("fails after three seconds"),
    sandbox_server.COMES_BACK: _("arrives, and comes back 20 seconds later"),
    sandbox_server.INSUFFICIENT: _("the supplier's account is empty"),
    sandbox_server.FIVE_TIMES: _("sent five times"),
    sandbox_server.OVERTAKEN: _("held back 30 seconds, so that later ones overtake it"),
    sandbox_server.NEVER: _("never sent"),
}
_ANY_CALL: Final = (sandbox_server.LOST_BEFORE, sandbox_server.LOST_AFTER, sandbox_server.ERROR_500)
_ANY_CREATION: Final = (*_ANY_CALL, sandbox_server.LATE_EFFECT)
MISHAPS: Final = {
    "session": _ANY_CREATION,
    "refund": (*_ANY_CREATION, sandbox_server.FAILS_LATE, sandbox_server.PAST_WINDOW),
    "payout": (*_ANY_CREATION, sandbox_server.FAILS, sandbox_server.COMES_BACK),
    "reversal": (*_ANY_CREATION, sandbox_server.INSUFFICIENT),
    "account": _ANY_CREATION,
    "evidence": _ANY_CALL,
    "get": (sandbox_server.LOST_BEFORE,),
    "find": (sandbox_server.LOST_BEFORE,),
    "movements": (sandbox_server.LOST_BEFORE,),
    "webhook": (sandbox_server.FIVE_TIMES, sandbox_server.OVERTAKEN, sandbox_server.NEVER),
}


@dataclass(frozen=True, slots=True)
class RehearsedLine:
    """An object of the sandbox and what its side may do with it; `steps` are pairs of action and label."""

    ref: str
    subject: str
    parent: str
    order_ref: str
    description: str
    amount: Money
    received: Money
    status_label: Text
    tone: str
    reason_label: Text
    at: datetime | None
    due_at: datetime | None
    steps: tuple[tuple[str, Text], ...]
    missing: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class RehearsalPage:
    """Everything an officer can play with; `waiting` are the mishaps laid out, `undelivered` webhooks."""

    payments: tuple[RehearsedLine, ...]
    chargebacks: tuple[RehearsedLine, ...]
    payouts: tuple[RehearsedLine, ...]
    accounts: tuple[RehearsedLine, ...]
    waiting: tuple[tuple[Text, Text], ...]
    undelivered: int
    reasons: tuple[tuple[str, Text], ...]


def rehearsal_page() -> RehearsalPage:
    """The latest objects of each kind."""
    return RehearsalPage(
        payments=_lines("session"),
        chargebacks=_lines("chargeback"),
        payouts=_lines("payout"),
        accounts=_lines("account"),
        waiting=tuple(
            (CALL_LABELS.get(call, call), MODE_LABELS.get(mode, mode))
            for call, mode in sandbox_server.laid_faults()
        ),
        undelivered=sandbox_server.waiting_deliveries(),
        reasons=tuple((code, REASON_LABELS.get(code, code)) for code in sandbox_server.REASONS),
    )


def asked_of_supplier(account: ObjectView) -> tuple[tuple[str, Text, bool], ...]:
    """What a registration asks: name, label, and whether it was given."""
    missing = set(account.details.get("missing", ()))
    return tuple(
        (name, ASKED_LABELS[name], name not in missing) for name in sandbox_server.ASKED_OF_A_SUPPLIER
    )


def refusal(code: str) -> Text:
    """Why the sandbox would not, in words."""
    return _REFUSALS.get(code, code)


def mishap_choices() -> list[tuple[Text, list[tuple[str, Text]]]]:
    """What can go wrong, grouped by the call that it happens to; values are `call:mode`."""
    return [
        (
            CALL_LABELS[call],
            [
                (
                    f"{call}:{mode}",
                    format_lazy("{call}: {mode}", call=CALL_LABELS[call], mode=MODE_LABELS[mode]),
                )
                for mode in modes
            ],
        )
        for call, modes in MISHAPS.items()
    ]


def _lines(kind: str) -> tuple[RehearsedLine, ...]:
    return tuple(_line(found) for found in sandbox_server.recent(kind))


def _line(found: ObjectView) -> RehearsedLine:
    due = found.details.get("evidence_due_at") if found.status in {"open", "inquiry"} else None
    return RehearsedLine(
        ref=found.ref,
        subject=found.metadata.get("subject", ""),
        parent=found.parent,
        order_ref=found.trade if found.trade.startswith("ord_") else "",
        description=found.description,
        amount=found.money,
        received=found.received,
        status_label=STATUS_LABELS.get(found.status, found.status),
        tone=_TONES.get(found.status, ""),
        reason_label=REASON_LABELS.get(found.code, found.code.replace("_", " ")),
        at=found.created_at,
        due_at=datetime.fromisoformat(due) if isinstance(due, str) else None,
        steps=_steps(found),
        missing=tuple(ASKED_LABELS.get(name, name) for name in found.details.get("missing", ())),
    )


def _steps(found: ObjectView) -> tuple[tuple[str, Text], ...]:
    match found.kind, found.status:
        case "session", _status if found.received.is_positive:
            return (
                ("inquire", _("The payer's bank asks (inquiry)")),
                ("charge_back", _("Charge back: take the money")),
                ("send_again", _("Tell us again")),
                ("forge", _("Send a forged message")),
            )
        case "session", _status:
            return (("send_again", _("Tell us again")), ("forge", _("Send a forged message")))
        case "chargeback", "inquiry":
            return (("withdraw", _("Take the money")), ("close", _("Close the inquiry")))
        case "chargeback", "open" | "under_review":
            return (("win", _("The seller wins")), ("lose", _("The payer wins")))
        case "account", "active":
            return (("restrict", _("May not be paid any more")),)
        case "account", "restricted":
            return (("lift", _("May be paid again")),)
        case _:
            return (("send_again", _("Tell us again")),)
