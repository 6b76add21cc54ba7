"""What an evidence bundle contains for one reader: plain data, never a sealed range, a note between officers or a secret.

Everything is written in English and in UTC, whoever asks, so that the same state of a case gives the same bytes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

from django.template.loader import render_to_string
from django.utils import timezone, translation

from marketplace.core.money import Money
from marketplace.files.models import StoredFile
from orders.models import Order
from orders.rules.terms import canonical_text
from trade_assurance.disputes.bundle_story import timeline_of
from trade_assurance.disputes.models import CostSettlement, Decision, Dispute, Evidence
from trade_assurance.disputes.states import BundleFor
from trade_assurance.holds.queries.chargebacks.evidence_packs import documents_of
from trade_assurance.holds.queries.chargebacks.pages import chargebacks_of
from trade_assurance.holds.queries.trades.provable import provable_ledger

STYLE: Final = b"""body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1b1b1f; }
h1, h2 { line-height: 1.2; } h2 { margin-top: 2.5rem; border-bottom: 1px solid #bbb; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid #ddd; }
blockquote { margin: .5rem 0; padding: .2rem 1rem; border-left: 3px solid #888; white-space: pre-wrap; }
code { overflow-wrap: anywhere; font-size: .85em; } .num { text-align: right; white-space: nowrap; }
"""
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


@dataclass(frozen=True, slots=True)
class Content:
    """One file of the bundle: its path, what it is in words, and the bytes or the stored file they are in."""

    path: str
    what: str
    body: bytes | StoredFile


def contents_of(dispute: Dispute, audience: BundleFor) -> tuple[list[Content], dict[str, Any]]:
    """All files of the bundle in their order, and what the manifest says about the case."""
    with translation.override("en"), timezone.override(UTC):
        return _contents(dispute, audience)


def _contents(dispute: Dispute, audience: BundleFor) -> tuple[list[Content], dict[str, Any]]:
    order = Order.objects.select_related("buyer", "supplier").get(pk=dispute.order_id)
    exhibits = _exhibits(dispute)
    papers = _papers(order)
    documents: dict[str, tuple[str, Any]] = {
        "case.json": ("the claim", _case(dispute, order)),
        "timeline.json": ("what happened, oldest first", timeline_of(order, audience)),
        "offers.json": ("settlements proposed and how they ended", _offers(dispute)),
        "thread.json": ("what the two sides and the officer wrote to each other", _thread(dispute)),
        "evidence.json": ("who submitted what, when", [entry for entry, _file in exhibits]),
        "inspections.json": ("inspections by third parties", _inspections(dispute)),
        "decisions.json": ("decisions that came into force, with reasons", _decisions(dispute)),
        "addenda.json": ("what was agreed beside the contract", _addenda(order)),
        "papers.json": ("papers of the shipments", [entry for entry, _file in papers]),
        "chargebacks.json": ("money taken back by the buyer's bank", _chargebacks(order, audience)),
        "ledger.json": (
            "the bookings of the order, with the proof of each",
            provable_ledger(order, audience),
        ),
    }
    about = _about(dispute, order, audience, documents)
    page = _readable(
        {"about": about} | {name.removesuffix(".json"): data for name, (_w, data) in documents.items()}
    )
    html = render_to_string("disputes/bundle/index.html", page).encode()
    contents = [
        Content("index.html", "the case to read", html),
        Content("style.css", "how index.html looks", STYLE),
        Content(
            "README.txt",
            "how to check this bundle",
            render_to_string("disputes/bundle/readme.txt", page).encode(),
        ),
    ]
    if order.terms is not None:
        contents.append(
            Content("contract.json", "the contract, canonical", canonical_text(order.terms).encode())
        )
    contents += [Content(name, what, _json(data)) for name, (what, data) in documents.items()]
    files = [*exhibits, *papers]
    contents += [
        Content(entry["path"], "a file as submitted", file) for entry, file in files if file is not None
    ]
    return contents, about


def _readable(data: Any) -> Any:
    """The same data with its moments as a person writes them: to the minute."""
    if isinstance(data, dict):
        return {name: _readable(value) for name, value in data.items()}
    if isinstance(data, list):
        return [_readable(value) for value in data]
    is_moment = isinstance(data, str) and _MOMENT.fullmatch(data)
    return f"{data[:10]} {data[11:16]}" if is_moment else data


def _about(
    dispute: Dispute, order: Order, audience: BundleFor, documents: dict[str, tuple[str, Any]]
) -> dict[str, Any]:
    moments = [
        entry["at"]
        for name in ("timeline.json", "thread.json", "evidence.json")
        for entry in documents[name][1]
    ]
    return {
        "case": dispute.ref,
        "order": order.number,
        "order_ref": order.ref,
        "made_for": audience.value,
        "state": dispute.state,
        "state_at": max(moments, default=_moment(dispute.opened_at)),
        "contract_sha256": order.terms_hash,
    }


def _case(dispute: Dispute, order: Order) -> dict[str, Any]:
    return {
        "buyer": {"name": order.buyer.legal_name, "country": str(order.buyer.country)},
        "supplier": {"name": order.supplier.legal_name, "country": str(order.supplier.country)},
        "reason": str(dispute.get_reason_display()),
        "clause": str(dispute.get_clause_display()),
        "statement": dispute.statement,
        "claimed": _money(dispute.claimed),
        "taken_by_chargeback": _money(Money(dispute.charged_back_minor, dispute.currency)),
        "refunded": None
        if dispute.refund_minor is None
        else _money(Money(dispute.refund_minor, dispute.currency)),
        "state": str(dispute.get_state_display()),
        "ended_because": str(dispute.get_ended_because_display()) if dispute.ended_because else "",
        "opened_at": _moment(dispute.opened_at),
        "escalated_at": _moment(dispute.escalated_at),
        "ended_at": _moment(dispute.ended_at),
        "appeal": {
            "by": dispute.appealed_by_side,
            "at": _moment(dispute.appealed_at),
            "grounds": dispute.appeal_grounds,
        },
        "lines": [
            {
                "position": line.position,
                "title": line.title,
                "quantity": _decimal(line.quantity),
                "unit": line.unit_code,
                "worth": _money(Money(line.value_minor, dispute.currency)),
                "claimed": _money(Money(line.claimed_minor, dispute.currency)),
            }
            for line in dispute.lines.order_by("position")
        ],
    }


def _offers(dispute: Dispute) -> list[dict[str, Any]]:
    return [
        {
            "version": row.version,
            "by": row.by_side,
            "name": row.made_by_label,
            "at": _moment(row.made_at),
            "kind": str(row.get_kind_display()),
            "refund": _money(row.refund(dispute.currency)),
            "discount": _money(Money(row.discount_minor, dispute.currency)),
            "due_on": _day(row.due_on),
            "note": row.note,
            "state": str(row.get_state_display()),
            "answered_at": _moment(row.answered_at),
        }
        for row in dispute.offers.order_by("version")
    ]


def _thread(dispute: Dispute) -> list[dict[str, Any]]:
    return [
        {"at": _moment(row.at), "by": row.by_side, "name": row.author_label, "text": row.text}
        for row in dispute.messages.order_by("pk")
    ]


def _exhibits(dispute: Dispute) -> list[tuple[dict[str, Any], StoredFile | None]]:
    rows: Iterable[Evidence] = dispute.evidence.select_related("file", "inspection").order_by("pk")
    return [
        (
            {
                "number": number,
                "by": row.by_side,
                "name": row.submitted_by_label,
                "at": _moment(row.at),
                "note": row.note,
                "inspection": row.inspection.ref if row.inspection else "",
                **_file("evidence", number, row.file),
            },
            row.file,
        )
        for number, row in enumerate(rows, 1)
    ]


def _papers(order: Order) -> list[tuple[dict[str, Any], StoredFile | None]]:
    return [
        (
            {
                "number": number,
                "what": str(row.get_document_type_display()),
                "at": _moment(row.attached_at),
                **_file("papers", number, row.file),
            },
            row.file,
        )
        for number, row in enumerate(documents_of(order).select_related("file"), 1)
    ]


def _file(folder: str, number: int, file: StoredFile | None) -> dict[str, Any]:
    if file is None:
        return {"path": "", "file_name": "", "sha256": ""}
    # Our own plain name in the archive: what the sender called it may hold signs that some systems cannot unpack.
    extension = file.path.rpartition(".")[2]
    return {"path": f"{folder}/{number:03}.{extension}", "file_name": file.name, "sha256": file.sha256}


def _inspections(dispute: Dispute) -> list[dict[str, Any]]:
    return [
        {
            "ref": row.ref,
            "inspector": row.inspector,
            "task": row.task,
            "proposed_by": row.proposed_by_side,
            "at": _moment(row.proposed_at),
            "at_most": _money(row.cost),
            "spent": _money(row.counted) if row.spent_minor is not None else None,
            "advanced_by": row.advanced_by,
            "state": str(row.get_state_display()),
        }
        for row in dispute.inspections.order_by("pk")
    ]


def _decisions(dispute: Dispute) -> list[dict[str, Any]]:
    rows = Decision.objects.filter(dispute=dispute, in_force_at__isnull=False).order_by("pk")
    return [
        {
            "instance": row.instance,
            "at": _moment(row.decided_at),
            "in_force_at": _moment(row.in_force_at),
            "refund_to_buyer": _money(Money(row.refund_minor, dispute.currency)),
            "release_to_supplier": _money(Money(row.release_minor, dispute.currency)),
            "of": _money(Money(row.divided_minor, dispute.currency)),
            "reasons": row.reasons,
            "officers": 2 if row.second_officer_id else 1,
            "state": str(row.get_state_display()),
            "carried_out_at": _moment(row.executed_at),
            "inspection_costs": _costs(row, dispute.currency),
        }
        for row in rows
    ]


def _costs(decision: Decision, currency: str) -> dict[str, Any] | None:
    row = CostSettlement.objects.filter(decision=decision).first()
    if row is None:
        return None
    return {
        "owed_to": row.owed_to,
        "due": _money(Money(row.due_minor, currency)),
        "out_of_the_claim": _money(Money(row.from_claim_minor, currency)),
        "out_of_what_was_held": _money(Money(row.from_held_minor, currency)),
        "owed_outside": _money(Money(row.outside_minor, currency)),
    }


def _addenda(order: Order) -> list[dict[str, Any]]:
    return [
        {
            "number": row.number,
            "proposed_by": row.side,
            "at": _moment(row.proposed_at),
            "state": str(row.get_state_display()),
            "answered_at": _moment(row.answered_at),
            "terms": row.terms,
            "terms_sha256": row.terms_hash,
        }
        for row in order.addenda.order_by("number")
    ]


def _chargebacks(order: Order, audience: BundleFor) -> list[dict[str, Any]]:
    side = "" if audience == BundleFor.DESK else audience.value
    return [
        {"ref": row.ref, "at": _moment(row.at), "amount": _money(row.amount), "what": row.title}
        for row in chargebacks_of(order, side=side)
    ]


def _money(money: Money) -> dict[str, Any]:
    return {
        "amount_minor": money.amount_minor,
        "currency": money.currency,
        "amount": _decimal(money.as_decimal()),
    }


def _decimal(number: Decimal) -> str:
    return format(number, "f")


def _moment(moment: datetime | None) -> str:
    return "" if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def _json(data: Any) -> bytes:
    return json.dumps(data, sort_keys=True, indent=1, ensure_ascii=False).encode() + b"\n"
