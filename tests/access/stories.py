"""The trades of the walk's world: an order of two companies in each state that some route needs, and what belongs to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from marketplace.accounts.models import Company
from marketplace.core.actors import Actor
from marketplace.core.ids import new_key
from marketplace.core.money import Money
from marketplace.files.models import StoredFile
from orders.models import Enquiry, Shipment
from orders.operations import attach_document
from tests.factories import AT, days
from tests.factories.catalog import a_live_product
from tests.factories.disputes import DECIDED_AT, a_claim, a_decided_case, usd
from tests.factories.enquiries import an_enquiry
from tests.factories.files import a_pdf
from tests.factories.holds import (
    DELIVERED_AT,
    a_confirmed_order,
    a_delivered_order,
    a_funded_order,
    a_payment,
    a_shipped_order,
    an_accepted_order,
    approve_fully,
    finance_officer,
    pump,
)
from tests.factories.orders import Trade, a_packed_shipment, a_placed_order
from tests.orders.test_operations_answering import amended
from trade_assurance.disputes.models import Dispute
from trade_assurance.disputes.operations import make_offer, post_message, submit_evidence
from trade_assurance.holds.models import Payout
from trade_assurance.holds.operations import (
    BankDetails,
    begin_payment,
    cancel_unshipped,
    request_payout,
    set_payout_account,
)
from trade_assurance.payments.models import Payment, Refund
from trade_assurance.payments.operations import (
    approve_bank_refund,
    confirm_bank_payout,
    confirm_bank_refund,
    continue_payment,
    record_bank_receipt,
)

CLAIMED_AT = DELIVERED_AT + days(7)
NOW = DECIDED_AT + days(1)
LATER = date(2026, 6, 10)


@dataclass
class Trades:
    """One order in each state that some route needs, with what belongs to it."""

    placed: Trade
    amended: Trade
    unpaid: Trade
    funded: Trade
    shipped: Trade
    delivered: Trade
    accepted: Trade
    packed: Shipment
    under_way: Shipment
    document: StoredFile
    transfer: Payment
    card: Payment
    refund: Refund
    receipt_proof: StoredFile
    refund_proof: StoredFile
    payout: Payout
    payout_proof: StoredFile
    claim: Dispute
    decided: Dispute
    evidence: StoredFile
    talk: Enquiry
    asked_file: StoredFile


def tell_trades(buyer: Company, supplier: Company, mark: str, quantity: str, decided: Dispute) -> Trades:
    product = a_live_product(supplier, title=f"Rice of {mark}")

    def placed(**over: Any) -> Trade:
        return a_placed_order(buyer=buyer, supplier=supplier, products=[(product, quantity)], **over)

    def fresh() -> Trade:
        return placed(at=NOW - days(2), ship_by=LATER)

    funded = a_funded_order(a_confirmed_order(placed()))
    packed = a_packed_shipment(funded, quantity="5", tracking_number=f"TRACK-{mark}-1")
    shipped = a_shipped_order(a_funded_order(a_confirmed_order(placed())))
    accepted = an_accepted_order(a_delivered_order(a_funded_order(a_confirmed_order(placed()))))
    unpaid = a_confirmed_order(fresh(), at=NOW - days(1))
    payout, payout_proof = _payout(accepted, mark)
    refund, refund_proof = _refund(placed(), mark)
    claim, evidence = _claim(placed(), mark)
    paper = a_pdf(f"enquiry of {mark}.pdf", f"enquiry {mark}")
    talk = an_enquiry(buyer=buyer, product=product, text=f"Asked because of {mark}", uploads=[paper])
    asked = fresh()
    amended(asked, at=NOW - days(1), ship_by=LATER, note=f"Other terms of {mark}")
    return Trades(
        placed=fresh(),
        amended=asked,
        unpaid=unpaid,
        funded=funded,
        shipped=shipped,
        delivered=a_delivered_order(a_funded_order(a_confirmed_order(placed()))),
        accepted=accepted,
        packed=packed,
        under_way=Shipment.objects.get(order=shipped.order),
        document=_document(packed, funded.supplier, mark),
        transfer=a_payment(unpaid, at=NOW),
        card=_card(unpaid),
        refund=refund,
        receipt_proof=_receipt(a_confirmed_order(placed()), mark),
        refund_proof=refund_proof,
        payout=payout,
        payout_proof=payout_proof,
        claim=claim,
        decided=decided,
        evidence=evidence,
        talk=talk.enquiry,
        asked_file=StoredFile.objects.get(name=f"enquiry of {mark}.pdf"),
    )


def _document(shipment: Shipment, actor: Actor, mark: str) -> StoredFile:
    return attach_document(
        shipment_ref=shipment.ref,
        document_type="bill_of_lading",
        upload=a_pdf(f"lading of {mark}.pdf", f"lading {mark}"),
        actor=actor,
        key=new_key(),
        at=AT + days(10),
    ).file


def _card(trade: Trade) -> Payment:
    """A payment by the sandbox rail whose hosted page is open."""
    ref = begin_payment(
        order_ref=trade.ref,
        provider="sandbox",
        return_url=f"/orders/{trade.ref}/",
        actor=trade.buyer,
        key=new_key(),
        at=NOW,
    )
    continue_payment(payment_ref=ref, at=NOW)
    return Payment.objects.get(ref=ref)


def _receipt(trade: Trade, mark: str) -> StoredFile:
    """A transfer came, with the bank's statement as proof."""
    payment = a_payment(trade)
    record_bank_receipt(
        payment_ref=payment.ref,
        money=payment.money,
        received_on=AT.date(),
        bank_reference=f"IN-{mark}",
        proof=a_pdf(f"statement of {mark}.pdf", f"statement {mark}"),
        actor=finance_officer(),
        key=new_key(),
        at=AT + days(2),
    )
    pump(AT + days(2))
    return StoredFile.objects.get(name=f"statement of {mark}.pdf")


def _refund(trade: Trade, mark: str) -> tuple[Refund, StoredFile]:
    """The supplier gave a funded order up; the officer has sent the money back."""
    trade = a_funded_order(a_confirmed_order(trade))
    cancel_unshipped(
        order_ref=trade.ref,
        actor=trade.supplier,
        key=new_key(),
        at=AT + days(3),
        reason=f"Given up by {mark}",
    )
    pump(AT + days(3))
    refund = Refund.objects.get(payment__root=trade.ref)
    confirm_bank_refund(
        refund_ref=refund.ref,
        reference=f"BACK-{mark}",
        proof=a_pdf(f"refund of {mark}.pdf", f"refund {mark}"),
        actor=finance_officer(),
        key=new_key(),
        at=AT + days(4),
    )
    approve_bank_refund(refund_ref=refund.ref, actor=finance_officer(), key=new_key(), at=AT + days(4))
    pump(AT + days(4))
    return refund, StoredFile.objects.get(name=f"refund of {mark}.pdf")


def _payout(trade: Trade, mark: str) -> tuple[Payout, StoredFile]:
    """Part of the balance was paid out; a second part waits for approval. Returns the waiting one."""
    at = DELIVERED_AT + days(2)
    bank = BankDetails(f"Holder {mark}", f"Bank of {mark}", account_number(mark), "SBININBB104")
    set_payout_account(currency="USD", provider="bank_transfer", details=bank, actor=trade.supplier, at=at)
    sent = _asked_payout(trade, Money(111_100, "USD"), at)
    approve_fully(sent, at=at)
    confirm_bank_payout(
        subject=sent.ref,
        reference=f"OUT-{mark}",
        proof=a_pdf(f"payout of {mark}.pdf", f"payout {mark}"),
        actor=finance_officer(),
        key=new_key(),
        at=at,
    )
    pump(at)
    return _asked_payout(trade, Money(222_200, "USD"), at), StoredFile.objects.get(
        name=f"payout of {mark}.pdf"
    )


def account_number(mark: str) -> str:
    return f"{sum(mark.encode())}00998877665"


def _asked_payout(trade: Trade, amount: Money, at: datetime) -> Payout:
    ref = request_payout(amount=amount, actor=trade.supplier, key=new_key(), at=at)
    pump(at)
    return Payout.objects.get(ref=ref)


def _claim(trade: Trade, mark: str) -> tuple[Dispute, StoredFile]:
    """A claim under negotiation: an offer of the supplier, a word of the buyer, evidence with a file."""
    trade, case = a_claim(
        a_delivered_order(a_funded_order(a_confirmed_order(trade))),
        statement=f"Claimed because of {mark}",
        at=CLAIMED_AT,
    )
    at = CLAIMED_AT + days(1)
    make_offer(
        dispute_ref=case.ref,
        refund=usd(100_000),
        note=f"Offered because of {mark}",
        valid_days=14,
        actor=trade.supplier,
        key=new_key(),
        at=at,
    )
    post_message(
        dispute_ref=case.ref, text=f"Written because of {mark}", actor=trade.buyer, key=new_key(), at=at
    )
    submit_evidence(
        dispute_ref=case.ref,
        note=f"Shown because of {mark}",
        files=[a_pdf(f"evidence of {mark}.pdf", f"evidence {mark}")],
        actor=trade.buyer,
        key=new_key(),
        at=at,
    )
    pump(at)
    return case, StoredFile.objects.get(name=f"evidence of {mark}.pdf")


def a_decision(buyer: Company, supplier: Company, mark: str) -> Dispute:
    """Decided, with the appeal window open. Lets time pass for everything there is, so it comes first."""
    product = a_live_product(supplier, title=f"Judged rice of {mark}")
    placed = a_placed_order(buyer=buyer, supplier=supplier, products=[(product, "22.5")])
    return a_decided_case(a_delivered_order(a_funded_order(a_confirmed_order(placed))))[1]
