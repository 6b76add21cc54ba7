"""Questions to suppliers: asked, answered by either side, closed. Moves no money and promises nothing: no contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import F

from catalog.errors import ProductNotFound
from catalog.models import Product, SupplierFacts
from catalog.queries.suppliers.facts import shown_seller
from catalog.states import ListingVisibility
from marketplace.core.actors import Actor
from marketplace.core.errors import NotAllowed
from marketplace.core.idempotency import lock_key, remember, replayed
from marketplace.core.operator_settings import integer_of
from marketplace.core.outbox import emit
from marketplace.files.operations import store_upload, upload_hashes
from orders.clocks import ENQUIRIES_KEY
from orders.errors import (
    AskingStopped,
    EnquiryNotFound,
    EnquiryOver,
    OwnCompanyAsked,
    SupplierNotAsked,
    TooManyEnquiries,
    TooManyEnquiryFiles,
    TooManyMessages,
)
from orders.models import Enquiry, EnquiryMessage
from orders.policies import can_buy, can_write_in_enquiry
from orders.queries.enquiries import FILE_KIND
from orders.rules.enquiries import (
    MESSAGES_A_DAY,
    MOST_FILES,
    QUESTION_LIMIT,
    STOPPED_AT_MOST,
    STOPPED_WITHIN_DAYS,
    Question,
    checked_question,
)
from orders.rules.texts import check_whole, clean_note
from orders.rules.working_days import A_DAY
from orders.states import Audience, EnquiryState

Uploads = Sequence[UploadedFile[bytes]]


@transaction.atomic
def ask_supplier(
    *,
    supplier_ref: str = "",
    product_ref: str = "",
    question: Question,
    uploads: Uploads = (),
    actor: Actor,
    key: str,
    at: datetime,
) -> Enquiry:
    """The company acted for asks about a live listing, or (without one) asks a supplier about anything.

    Those who sell for the supplier are told; the two companies read it, and nobody else unless one reports it.
    The same question without new files while the first of today waits for its answer is that first one.
    Raises `NotAllowed` for other roles than owner and purchasing, `ProductNotFound` for a listing that is not live,
    `NotFound` for no supplier that everybody sees, `OwnCompanyAsked`, `SupplierNotAsked`, `TooManyEnquiries`, `TooManyMessages`,
    `AskingStopped`, `TooManyEnquiryFiles`, and `Rejected` at the field at fault.
    """
    buyer_id = actor.company_id
    if buyer_id is None or not can_buy(actor):
        raise NotAllowed
    content = {"company": buyer_id, "supplier": supplier_ref, "product": product_ref, **asdict(question)}
    content["files"] = upload_hashes(uploads)
    lock_key(key)
    if (done := replayed(key=key, operation="orders.ask_supplier", content=content)) is not None:
        return Enquiry.objects.get(ref=done)
    lock_key(f"enquiries:{buyer_id}")  # two at once would both find a place below the day's limit
    product, supplier_id = _asked(supplier_ref, product_ref, buyer_id)
    clean = checked_question(question, at.date())
    facts = {
        "buyer_id": buyer_id,
        "supplier_id": supplier_id,
        "product": product,
        **_wanted(clean, product),
        "country": clean.country,
        "wanted_on": clean.wanted_on,
    }
    if not uploads and (first := _asked_already(facts, clean.text, at)) is not None:
        remember(key=key, operation="orders.ask_supplier", content=content, result=first.ref, at=at)
        return first
    _demand_may_ask(buyer_id, at)
    enquiry = Enquiry.objects.create(
        **facts,
        title=product.title if product else "",
        asked_by=actor.as_text,
        asked_at=at,
        last_message_at=at,
        waits_since=at,
    )
    enquiry.log_transition("", EnquiryState.OPEN, actor=actor, at=at, key=key)
    _write(enquiry, clean.text, uploads, actor, at)
    remember(key=key, operation="orders.ask_supplier", content=content, result=enquiry.ref, at=at)
    tell_of_enquiry(enquiry, "enquiry_asked", actor=actor, at=at)
    return enquiry


@transaction.atomic
def write_in_enquiry(
    *, enquiry_ref: str, text: str, uploads: Uploads = (), actor: Actor, key: str, at: datetime
) -> EnquiryMessage:
    """One side goes on writing: the supplier's word answers the enquiry, the buyer's opens it again. The other is told.

    Raises `EnquiryNotFound`, `NotAllowed` for roles that neither buy nor sell, `EnquiryOver`, `TooManyMessages`,
    `TooManyEnquiryFiles`, `Rejected` for no words or too many.
    """
    enquiry = lock_enquiry(enquiry_ref, actor)
    content = {
        "company": actor.company_id,
        "enquiry": enquiry_ref,
        "text": text,
        "files": upload_hashes(uploads),
    }
    if (done := replayed(key=key, operation="orders.write_in_enquiry", content=content)) is not None:
        return EnquiryMessage.objects.get(ref=done)
    _demand_open(enquiry, actor)
    words = clean_note(text, field="text", needed=True, limit=QUESTION_LIMIT)
    message = _write(enquiry, words, uploads, actor, at)
    answers = actor.acts_for(enquiry.supplier_id)
    _take_turn(enquiry, answers=answers, actor=actor, key=key, at=at)
    remember(key=key, operation="orders.write_in_enquiry", content=content, result=message.ref, at=at)
    kind = "enquiry_answered" if answers else "enquiry_continued"
    tell_of_enquiry(enquiry, kind, actor=actor, at=at)
    return message


@transaction.atomic
def close_enquiry(*, enquiry_ref: str, actor: Actor, key: str, at: datetime) -> Enquiry:
    """Either side says that it is over; nobody writes in it any more, and the other side is told.

    Raises `EnquiryNotFound`, `NotAllowed`, `EnquiryOver`.
    """
    enquiry = lock_enquiry(enquiry_ref, actor)
    content = {"company": actor.company_id, "enquiry": enquiry_ref}
    if replayed(key=key, operation="orders.close_enquiry", content=content) is not None:
        return enquiry
    _demand_open(enquiry, actor)
    end_enquiry(enquiry, enquiry.side_of(actor.company_id), actor=actor, key=key, at=at)
    remember(key=key, operation="orders.close_enquiry", content=content, result=enquiry.ref, at=at)
    tell_of_enquiry(enquiry, "enquiry_closed", actor=actor, at=at)
    return enquiry


def lock_enquiry(ref: str, actor: Actor) -> Enquiry:
    """Lower half: the enquiry, locked, if the actor may know of it. Raises `EnquiryNotFound`."""
    found = Enquiry.objects.visible_to(actor).filter(ref=ref.replace("\x00", "")[:32]).lock().first()
    if found is None:
        raise EnquiryNotFound
    return found


def end_enquiry(
    enquiry: Enquiry, side: str, *, actor: Actor, key: str, at: datetime, reason: str = ""
) -> None:
    """Lower half: close a locked enquiry for a side (staff: a moderator stops it)."""
    enquiry.move_to(
        EnquiryState.CLOSED,
        actor=actor,
        at=at,
        key=key,
        reason=reason,
        closed_at=at,
        closed_by=side,
        waits_since=None,
    )


def tell_of_enquiry(enquiry: Enquiry, kind: str, *, actor: Actor, at: datetime, **payload: Any) -> None:
    """Lower half: write what happened into the outbox; never what was written."""
    emit(
        kind=kind,
        subject=enquiry.ref,
        actor=actor,
        at=at,
        payload={
            "buyer_id": enquiry.buyer_id,
            "supplier_id": enquiry.supplier_id,
            "side": enquiry.side_of(actor.company_id),
            **payload,
        },
    )


def _asked(supplier_ref: str, product_ref: str, buyer_id: int) -> tuple[Product | None, int]:
    """The listing (if one is named) and its supplier. Raises as `ask_supplier` says."""
    product = _live(product_ref) if product_ref else None
    if product_ref and product is None:
        raise ProductNotFound
    supplier_id = product.supplier_id if product else shown_seller(supplier_ref)[0].pk
    if supplier_id == buyer_id:
        raise OwnCompanyAsked
    if SupplierFacts.objects.filter(supplier_id=supplier_id, visibility=ListingVisibility.HIDDEN).exists():
        raise SupplierNotAsked
    return product, supplier_id


def _asked_already(facts: Mapping[str, Any], text: str, at: datetime) -> Enquiry | None:
    """The question that was sent before the browser went back to its form, which has another key and the same words."""
    waiting = Enquiry.objects.filter(state=EnquiryState.OPEN, asked_at__gt=at - A_DAY, **facts)
    said_then = waiting.filter(messages__text=text, messages__at=F("asked_at"))
    return said_then.order_by("asked_at", "pk").first()


def _live(ref: str) -> Product | None:
    return Product.objects.live().filter(ref=ref, supplier__sells=True).first()


def _wanted(question: Question, product: Product | None) -> Mapping[str, Any]:
    """The quantity in the listing's unit; none without a listing or a unit."""
    if question.quantity is None or product is None or not product.unit_code:
        return {"quantity": None, "unit_code": ""}
    check_whole(question.quantity, product.unit_code)
    return {"quantity": question.quantity, "unit_code": product.unit_code}


def _demand_may_ask(buyer_id: int, at: datetime) -> None:
    """Raise when the company has asked enough for a day, or moderators stopped it too often."""
    limit = integer_of(ENQUIRIES_KEY)
    sent = Enquiry.objects.filter(buyer_id=buyer_id)
    if sent.filter(asked_at__gt=at - A_DAY).count() >= limit:
        raise TooManyEnquiries(limit=limit)
    lately = at - timedelta(days=STOPPED_WITHIN_DAYS)
    stopped = sent.filter(closed_by=Audience.STAFF, closed_at__gt=lately).count()
    if stopped >= STOPPED_AT_MOST:
        raise AskingStopped(number=stopped, days=STOPPED_WITHIN_DAYS)


def _demand_open(enquiry: Enquiry, actor: Actor) -> None:
    if not can_write_in_enquiry(actor, enquiry):
        raise NotAllowed
    if enquiry.is_closed:
        raise EnquiryOver


def _write(enquiry: Enquiry, text: str, uploads: Uploads, actor: Actor, at: datetime) -> EnquiryMessage:
    if len(uploads) > MOST_FILES:
        raise TooManyEnquiryFiles(field="attachments", limit=MOST_FILES)
    company_id = actor.company_id or 0
    lock_key(f"enquiry messages:{company_id}")  # two at once would both find a place below the day's limit
    written = EnquiryMessage.objects.filter(company_id=company_id, at__gt=at - A_DAY)
    if written.count() >= MESSAGES_A_DAY:
        raise TooManyMessages(limit=MESSAGES_A_DAY)
    message = EnquiryMessage.objects.create(
        enquiry=enquiry,
        company_id=company_id,
        text=text,
        author=actor.as_text,
        author_name=actor.name,
        at=at,
    )
    for upload in uploads:
        store_upload(
            kind=FILE_KIND, subject=message.ref, upload=upload, actor=actor, at=at, field="attachments"
        )
    return message


def _take_turn(enquiry: Enquiry, *, answers: bool, actor: Actor, key: str, at: datetime) -> None:
    """Whose turn it is after a message; a second word of the same side leaves that as it is."""
    said: dict[str, Any] = {"last_message_at": at}
    if answers and enquiry.first_answered_at is None:
        said["first_answered_at"] = at
    wanted = EnquiryState.ANSWERED if answers else EnquiryState.OPEN
    if enquiry.state != wanted:
        waits = None if answers else at
        enquiry.move_to(wanted, actor=actor, at=at, key=key, waits_since=waits, **said)
        return
    for name, value in said.items():
        setattr(enquiry, name, value)
    enquiry.save(update_fields=list(said))
