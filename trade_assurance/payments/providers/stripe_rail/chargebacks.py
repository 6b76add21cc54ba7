"""Payers' disputes: read with the balance transactions that prove what was taken, answered with evidence.

Source: docs.stripe.com/disputes (statuses, evidence fields and sizes), api/disputes/object.
"""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Literal

from stripe import StripeClient

from marketplace.core.money import Money
from trade_assurance.payments.providers.base import (
    Call,
    ChargebackFacts,
    ChargebackStatus,
    Done,
    EvidencePack,
    Outcome,
    Refused,
)
from trade_assurance.payments.providers.stripe_rail import sessions
from trade_assurance.payments.providers.stripe_rail.amounts import from_stripe
from trade_assurance.payments.providers.stripe_rail.answers import Plain, clean, plain
from trade_assurance.payments.providers.stripe_rail.sessions import id_of, is_of, metadata

if TYPE_CHECKING:
    from stripe.params import DisputeUpdateParamsEvidence

_STATUS: Final = {
    "warning_needs_response": ChargebackStatus.INQUIRY,
    "warning_under_review": ChargebackStatus.INQUIRY,
    "warning_closed": ChargebackStatus.CLOSED,
    "prevented": ChargebackStatus.CLOSED,
    "needs_response": ChargebackStatus.OPEN,
    "appeal_needs_response": ChargebackStatus.OPEN,
    "under_review": ChargebackStatus.UNDER_REVIEW,
    "appeal_under_review": ChargebackStatus.UNDER_REVIEW,
    "won": ChargebackStatus.WON,
    "lost": ChargebackStatus.LOST,
}
# One file each; the most telling first.
_FILE_FIELDS: Final[
    tuple[
        Literal[
            "shipping_documentation",
            "uncategorized_file",
            "receipt",
            "customer_communication",
            "service_documentation",
        ],
        ...,
    ]
] = (
    "shipping_documentation",
    "uncategorized_file",
    "receipt",
    "customer_communication",
    "service_documentation",
)
_LONGEST_TEXT: Final = 20_000


def fetch(client: StripeClient, ref: str) -> ChargebackFacts:
    """The dispute as it stands. `withdrawn` and `reinstated` are what the balance shows, not what a status says."""
    dispute = plain(client.v1.disputes.retrieve(ref))
    lines = dispute.get("balance_transactions") or []
    currency = str(dispute["currency"])
    due_by = (dispute.get("evidence_details") or {}).get("due_by")
    return ChargebackFacts(
        ref=dispute["id"],
        payment_ref=_session_of(client, dispute),
        status=_STATUS[dispute["status"]],
        amount=from_stripe(dispute["amount"], currency),
        fee=_fee(lines, currency),
        withdrawn=any(int(line["amount"]) < 0 for line in lines),
        reinstated=any(int(line["amount"]) > 0 for line in lines),
        reason=clean(dispute.get("reason")),
        evidence_due_at=datetime.fromtimestamp(int(due_by), UTC) if due_by else None,
        live=bool(dispute["livemode"]),
    )


def submit_evidence(client: StripeClient, call: Call, ref: str, pack: EvidencePack) -> Outcome:
    """Upload the files, then send everything at once: a bank reads evidence a single time."""
    if len(pack.files) > len(_FILE_FIELDS):
        return Refused("too_many_files")
    evidence = _texts(pack)
    for number, (field, file) in enumerate(zip(_FILE_FIELDS, pack.files, strict=False), start=1):
        evidence[field] = _upload(client, f"{call.key}:file{number}", file)
    client.v1.disputes.update(
        ref,
        {"evidence": evidence, "submit": True, "metadata": metadata(call)},
        {"idempotency_key": call.key},
    )
    return Done(ref)


def find(client: StripeClient, call: Call) -> Outcome | None:
    """Whether this operation's evidence has arrived; None when it certainly has not."""
    if not call.about:
        return None
    dispute = plain(client.v1.disputes.retrieve(call.about))
    sent = int((dispute.get("evidence_details") or {}).get("submission_count") or 0)
    return Done(dispute["id"]) if sent and is_of(dispute, call) else None


def _session_of(client: StripeClient, dispute: Plain) -> str:
    intent = id_of(dispute.get("payment_intent"))
    if not intent:
        charge = plain(client.v1.charges.retrieve(id_of(dispute["charge"])))
        intent = id_of(charge.get("payment_intent"))
    paid = sessions.read(client, intent)
    return str(paid.session.get("id") or intent)


def _fee(lines: list[Plain], currency: str) -> Money:
    """What was taken for it and not given back; in the currency of the balance it left."""
    if not lines:
        return Money.zero(currency.upper())
    fee = sum(int(line.get("fee") or 0) for line in lines)
    return from_stripe(max(fee, 0), str(lines[0]["currency"]))


def _texts(pack: EvidencePack) -> DisputeUpdateParamsEvidence:
    said: DisputeUpdateParamsEvidence = {
        "product_description": pack.product_description[:_LONGEST_TEXT],
        "customer_name": pack.customer_name,
        "customer_email_address": pack.customer_email,
        "shipping_address": pack.shipping_address,
        "shipping_carrier": pack.shipping_carrier,
        "shipping_tracking_number": pack.shipping_tracking_number,
        "shipping_date": pack.shipping_date,
        "service_date": pack.service_date,
        "uncategorized_text": pack.text[:_LONGEST_TEXT],
    }
    # An empty text would unset what is there.
    return {name: text for name, text in said.items() if text}  # type: ignore[return-value]  # some of the pack's own keys


def _upload(client: StripeClient, key: str, file: tuple[str, str, bytes]) -> str:
    name, _media_type, content = file
    stream = io.BytesIO(content)
    stream.name = name
    made = client.v1.files.create({"file": stream, "purpose": "dispute_evidence"}, {"idempotency_key": key})
    return str(plain(made)["id"])
