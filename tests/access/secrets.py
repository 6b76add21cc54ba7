"""Texts of the walk's world that occur once, and who may ever read them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from marketplace.core.formatting import format_money
from tests.access import Persona
from tests.access.papers import Papers
from tests.access.stories import Trades, account_number
from tests.factories.orders import Trade

MONEY_DESKS = frozenset({Persona.FINANCE_OFFICER, Persona.DISPUTE_OFFICER})


@dataclass(frozen=True)
class Secret:
    """A text that occurs once, what it is, and who may ever read it."""

    text: str
    what: str
    known_to: frozenset[Persona]


def secrets_of(
    papers: Papers,
    trades: Trades,
    suppliers: Collection[Persona],
    buyers: Collection[Persona],
) -> list[Secret]:
    """All texts of one market: of its trades, and of its supplier's own desk."""
    mark = "quay" if Persona.SUPPLIER_OWNER in suppliers else "reef"
    owner, payer = frozenset(suppliers), frozenset(buyers)
    return [*_of_trades(trades, owner, payer, mark), *_of_papers(papers, owner, mark)]


def _told(known_to: frozenset[Persona], **texts: str) -> list[Secret]:
    return [Secret(text, what, known_to) for what, text in texts.items()]


def _of_trades(
    trades: Trades, owner: frozenset[Persona], payer: frozenset[Persona], mark: str
) -> list[Secret]:
    sides = owner | payer
    finance, disputes = Persona.FINANCE_OFFICER, Persona.DISPUTE_OFFICER
    found: list[Secret] = []
    for name, trade in vars(trades).items():
        if isinstance(trade, Trade):
            found += _told(
                sides | MONEY_DESKS, **{f"{name}_ref": trade.ref, f"{name}_number": trade.order.number}
            )
    found += _told(
        sides,
        enquiry=trades.talk.ref,
        question=f"Asked because of {mark}",
        asked_file=trades.asked_file.ref,
        asked_file_name=f"enquiry of {mark}",
    )
    total = trades.placed.order.total
    found += _told(
        sides | MONEY_DESKS,
        total=format_money(total),
        total_in_data=str(total.as_decimal()),
        tracking=f"TRACK-{mark}-1",
        document_name=f"lading of {mark}",
        document_ref=trades.document.ref,
        other_terms=f"Other terms of {mark}",
        why_given_up=f"Given up by {mark}",
    )
    found += _told(
        payer | {finance},
        payment_ref=trades.transfer.ref,
        payment_reference=trades.transfer.reference,
        card_ref=trades.card.ref,
        card_session=trades.card.provider_ref,
        bank_reference_of_refund=f"BACK-{mark}",
        refund_proof=trades.refund_proof.ref,
    )
    found += _told(
        frozenset({finance}), statement_name=f"statement of {mark}", statement=trades.receipt_proof.ref
    )
    found += _told(
        owner | {finance},
        payout_ref=trades.payout.ref,
        payout_holder=f"Holder {mark}",
        payout_account=account_number(mark),
        payout_proof=trades.payout_proof.ref,
    )
    found += _told(
        sides | {disputes},
        claim_ref=trades.claim.ref,
        statement_of_claim=f"Claimed because of {mark}",
        offer_note=f"Offered because of {mark}",
        message=f"Written because of {mark}",
        evidence_note=f"Shown because of {mark}",
        evidence_name=f"evidence of {mark}",
        evidence_ref=trades.evidence.ref,
        decided_ref=trades.decided.ref,
    )
    return found


def _of_papers(papers: Papers, owner: frozenset[Persona], mark: str) -> list[Secret]:
    found: list[Secret] = []
    found += _told(
        owner,
        draft=f"Unseen draft of {mark}",
        days_off=f"Away for {mark}",
        draft_ref=papers.draft.ref,
        draft_picture=papers.draft_picture.ref,
    )
    found += _told(owner | {Persona.MODERATOR}, listing_in_review=f"Unread listing of {mark}")
    found += _told(owner, invited=f"invited-{mark}@example.com", invitation_ref=papers.invitation.ref)
    found += _told(
        owner | {Persona.VERIFIER},
        legal_document=f"register of {mark}",
        legal_document_ref=papers.legal_document.ref,
        verification_ref=papers.verification_ref,
        verification_note=f"Note on {mark} for officers",
    )
    found += _told(
        owner,
        import_file=f"sheet of {mark}",
        import_row=f"Unsent row of {mark}",
        import_ref=papers.listing_import.ref,
    )
    return found
