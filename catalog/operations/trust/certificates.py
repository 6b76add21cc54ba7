"""Writes certificates: stated, changed, attached and withdrawn by their company, checked or rejected by a moderator.

Every change is found so at once: the listings it concerns are written anew in the search projection in the same
transaction. That a certificate ends needs nobody: whoever reads one asks for a day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Final

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from catalog import policies
from catalog.errors import (
    CertificateCoversAll,
    CertificateHasNoScan,
    CertificateNotFound,
    CertificateWithdrawn,
    ChangedMeanwhile,
    NotASupplier,
    ProductNotFound,
    TooManyCertificates,
)
from catalog.models import Certificate, CertificateReminder, CertifiedProduct, Product
from catalog.operations.searching.restating import restate_products_of
from catalog.operations.trust.moderation import demand_reason
from catalog.rules.certificates import (
    REMINDED_DAYS_BEFORE,
    CertificateFacts,
    checked_certificate,
    due_reminder,
)
from catalog.states import CERTIFICATE_COUNTS, CertificateState
from marketplace.accounts.models import Company
from marketplace.core.actors import Actor
from marketplace.core.errors import IllegalTransition, NotAllowed
from marketplace.core.idempotency import lock_key, remember, replayed
from marketplace.core.outbox import emit
from marketplace.files.operations import store_upload, upload_hashes

SCAN_KIND: Final = "certificate_scan"
MAXIMUM_CERTIFICATES: Final = 200
_ACTOR: Final = Actor.system("certificate_reminders")
_COLUMNS: Final = (
    "kind",
    "name",
    "number",
    "issuer",
    "valid_from",
    "valid_until",
    "scan_is_public",
    "covers_all",
)
# What a moderator confirms; who may see the scan and which listings it belongs to are the company's own.
_CHECKED: Final = ("kind", "name", "number", "issuer", "valid_from", "valid_until")


@transaction.atomic
def add_certificate(
    *,
    supplier_id: int,
    facts: CertificateFacts,
    scan: UploadedFile[bytes] | None = None,
    actor: Actor,
    key: str,
    at: datetime,
) -> Certificate:
    """A company states a certificate; buyers see it at once, as stated by the supplier.

    Raises `NotAllowed` unless the actor sells for the company, `NotASupplier`, `TooManyCertificates`,
    `FieldErrors`, `ProductNotFound` for a listing that is not its own, and what files refuse.
    """
    if not policies.can_list_for(actor, supplier_id):
        raise NotAllowed
    content = {"supplier": supplier_id, "facts": asdict(facts), "scan": _hash(scan)}
    lock_key(key)
    if (ref := replayed(key=key, operation="add_certificate", content=content)) is not None:
        return Certificate.objects.get(ref=ref)
    if not Company.objects.filter(pk=supplier_id, sells=True).exists():
        raise NotASupplier
    lock_key(f"certificates:{supplier_id}")  # two at once would both find the last place
    present = Certificate.objects.filter(supplier_id=supplier_id).exclude(state=CertificateState.WITHDRAWN)
    if present.count() >= MAXIMUM_CERTIFICATES:
        raise TooManyCertificates(limit=MAXIMUM_CERTIFICATES)
    clean = checked_certificate(facts)
    chosen = _own_products(supplier_id, clean.products)
    certificate = Certificate(supplier_id=supplier_id, created_at=at, updated_at=at)
    _assign(certificate, clean)
    certificate.save(force_insert=True)
    _keep_scan(certificate, scan, actor, at)
    _attach(certificate, chosen)
    certificate.log_transition("", CertificateState.STATED, actor=actor, at=at, key=key)
    restate_products_of(supplier_id)
    _tell(certificate, "certificate_changed", actor, at, step="added")
    remember(key=key, operation="add_certificate", content=content, result=certificate.ref, at=at)
    return certificate


@transaction.atomic
def change_certificate(
    *,
    certificate_ref: str,
    facts: CertificateFacts,
    scan: UploadedFile[bytes] | None = None,
    revision: int | None = None,
    actor: Actor,
    key: str,
    at: datetime,
) -> Certificate:
    """Change what is stated; without a new `scan` the present one stays.

    What a moderator checked or rejected is only stated again when its facts or scan change. Raises
    `CertificateNotFound`, `NotAllowed`, `CertificateWithdrawn`, `ChangedMeanwhile`, and as `add_certificate`.
    """
    certificate = _own(certificate_ref, actor)
    content = {"certificate": certificate_ref, "facts": asdict(facts), "scan": _hash(scan)}
    if replayed(key=key, operation="change_certificate", content=content) is not None:
        return certificate
    if certificate.state == CertificateState.WITHDRAWN:
        raise CertificateWithdrawn
    if revision is not None and revision != certificate.revision:
        raise ChangedMeanwhile
    clean = checked_certificate(facts)
    chosen = _own_products(certificate.supplier_id, clean.products)
    touched = scan is not None or any(getattr(certificate, name) != getattr(clean, name) for name in _CHECKED)
    _assign(certificate, clean)
    certificate.revision += 1
    certificate.updated_at = at
    certificate.save(update_fields=[*_COLUMNS, "revision", "updated_at"])
    _keep_scan(certificate, scan, actor, at)
    _attach(certificate, chosen)
    if touched and certificate.state != CertificateState.STATED:
        certificate.move_to(CertificateState.STATED, actor=actor, at=at, key=key, review_note="")
    restate_products_of(certificate.supplier_id)
    _tell(certificate, "certificate_changed", actor, at, step="changed")
    remember(key=key, operation="change_certificate", content=content, result=certificate.ref, at=at)
    return certificate


@transaction.atomic
def attach_certificate(
    *, certificate_ref: str, product_ref: str, attached: bool, actor: Actor, at: datetime
) -> Certificate:
    """A certificate of chosen listings belongs to one more, or to one less. Setting is the same however often.

    Raises `CertificateNotFound`, `NotAllowed`, `CertificateWithdrawn`, `CertificateCoversAll`, `ProductNotFound`.
    """
    certificate = _own(certificate_ref, actor)
    if certificate.state == CertificateState.WITHDRAWN:
        raise CertificateWithdrawn
    if certificate.covers_all:
        raise CertificateCoversAll
    [product] = _own_products(certificate.supplier_id, (product_ref,))
    if attached:
        # INVARIANT: two clicks make one row (enforced by certificate_belongs_to_a_product_once)
        CertifiedProduct.objects.get_or_create(certificate=certificate, product_id=product)
    else:
        CertifiedProduct.objects.filter(certificate=certificate, product_id=product).delete()
    certificate.updated_at = at
    certificate.save(update_fields=["updated_at"])
    restate_products_of(certificate.supplier_id, [product])
    _tell(certificate, "certificate_changed", actor, at, step="attached" if attached else "detached")
    return certificate


@transaction.atomic
def withdraw_certificate(*, certificate_ref: str, actor: Actor, key: str, at: datetime) -> Certificate:
    """The company takes it back: buyers do not see it any more. Raises `CertificateNotFound`, `NotAllowed`, `IllegalTransition`."""
    certificate = _own(certificate_ref, actor)
    content = {"certificate": certificate_ref}
    if replayed(key=key, operation="withdraw_certificate", content=content) is not None:
        return certificate
    certificate.move_to(CertificateState.WITHDRAWN, actor=actor, at=at, key=key, updated_at=at)
    restate_products_of(certificate.supplier_id)
    _tell(certificate, "certificate_changed", actor, at, step="withdrawn")
    remember(key=key, operation="withdraw_certificate", content=content, result=certificate.ref, at=at)
    return certificate


@transaction.atomic
def check_certificate(
    *, certificate_ref: str, revision: int, actor: Actor, key: str, at: datetime
) -> Certificate:
    """A moderator has seen the scan and found what is stated on it; the company is told.

    Raises `CertificateNotFound`, `NotAllowed`, `CertificateHasNoScan`, `ChangedMeanwhile`, `IllegalTransition`.
    """
    content = {"certificate": certificate_ref, "revision": revision}
    certificate, done = _for_decision(certificate_ref, "check_certificate", content, actor, key)
    if done:
        return certificate
    if revision != certificate.revision:
        raise ChangedMeanwhile
    if certificate.scan_id is None:
        raise CertificateHasNoScan
    if certificate.state != CertificateState.STATED:
        raise IllegalTransition(state=certificate.get_state_display())
    certificate.move_to(CertificateState.CHECKED, actor=actor, at=at, key=key, review_note="")
    return _decided(certificate, "certificate_checked", "check_certificate", content, actor, key, at)


@transaction.atomic
def reject_certificate(
    *, certificate_ref: str, reason: str, actor: Actor, key: str, at: datetime
) -> Certificate:
    """A moderator does not believe it: buyers do not see it, and the company reads why.

    Raises `CertificateNotFound`, `NotAllowed`, `ReasonMissing`, `IllegalTransition`.
    """
    content = {"certificate": certificate_ref, "reason": reason}
    certificate, done = _for_decision(certificate_ref, "reject_certificate", content, actor, key)
    if done:
        return certificate
    note = demand_reason(reason)
    certificate.move_to(CertificateState.REJECTED, actor=actor, at=at, key=key, reason=note, review_note=note)
    restate_products_of(certificate.supplier_id)
    return _decided(
        certificate, "certificate_rejected", "reject_certificate", content, actor, key, at, reason=note
    )


def remind_of_certificates(*, at: datetime) -> int:
    """Tell companies of certificates that end soon, each step once; how many reminders there were."""
    day = at.date()
    soon = Certificate.objects.filter(
        state__in=CERTIFICATE_COUNTS,
        valid_until__gte=day,
        valid_until__lte=day + timedelta(days=max(REMINDED_DAYS_BEFORE)),
    )
    return sum(_remind(pk, at) for pk in soon.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def _remind(certificate_id: int, at: datetime) -> bool:
    """Noted and told commit together, so that a crash neither loses nor doubles a reminder."""
    certificate = Certificate.objects.filter(pk=certificate_id, state__in=CERTIFICATE_COUNTS).lock().first()
    if certificate is None or certificate.valid_until is None:
        return False
    told = certificate.reminders.filter(valid_until=certificate.valid_until)
    step = due_reminder(certificate.valid_until, at.date(), told.values_list("days_before", flat=True))
    if step is None:
        return False
    # INVARIANT: a step is told once (enforced by certificate_reminds_once_per_step)
    CertificateReminder.objects.create(
        certificate=certificate, valid_until=certificate.valid_until, days_before=step, told_at=at
    )
    last = certificate.valid_until.isoformat()
    left = (certificate.valid_until - at.date()).days
    _tell(certificate, "certificate_ends", _ACTOR, at, valid_until=last, days=left)
    return True


def _own(ref: str, actor: Actor) -> Certificate:
    certificate = Certificate.objects.filter(ref=ref).lock().first()
    if certificate is None or not actor.acts_for(certificate.supplier_id):
        raise CertificateNotFound
    if not policies.can_list_for(actor, certificate.supplier_id):
        raise NotAllowed
    return certificate


def _for_decision(
    ref: str, operation: str, content: Mapping[str, object], actor: Actor, key: str
) -> tuple[Certificate, bool]:
    certificate = Certificate.objects.filter(ref=ref).lock().first()
    if certificate is None:
        raise CertificateNotFound
    if not policies.can_moderate(actor, certificate.supplier_id):
        raise NotAllowed
    return certificate, replayed(key=key, operation=operation, content=content) is not None


def _decided(
    certificate: Certificate,
    event: str,
    operation: str,
    content: Mapping[str, object],
    actor: Actor,
    key: str,
    at: datetime,
    **more: object,
) -> Certificate:
    _tell(certificate, event, actor, at, **more)
    remember(key=key, operation=operation, content=content, result=certificate.ref, at=at)
    return certificate


def _assign(certificate: Certificate, facts: CertificateFacts) -> None:
    for name in _COLUMNS:
        setattr(certificate, name, getattr(facts, name))


def _own_products(supplier_id: int, refs: Sequence[str]) -> list[int]:
    found = Product.objects.of_supplier(supplier_id).filter(ref__in=refs)
    ids = list(found.order_by("pk").values_list("pk", flat=True))
    if len(ids) != len(set(refs)):
        raise ProductNotFound
    return ids


def _attach(certificate: Certificate, product_ids: Sequence[int]) -> None:
    """Exactly these listings; of a certificate that covers all there are none."""
    certificate.certified.exclude(product_id__in=product_ids).delete()
    CertifiedProduct.objects.bulk_create(
        (CertifiedProduct(certificate=certificate, product_id=one) for one in product_ids),
        ignore_conflicts=True,
    )


def _keep_scan(
    certificate: Certificate, scan: UploadedFile[bytes] | None, actor: Actor, at: datetime
) -> None:
    if scan is None:
        return
    certificate.scan = store_upload(
        kind=SCAN_KIND, subject=certificate.ref, upload=scan, actor=actor, at=at, field="scan"
    )
    certificate.save(update_fields=["scan"])


def _hash(scan: UploadedFile[bytes] | None) -> list[str]:
    return upload_hashes([scan]) if scan is not None else []


def _tell(certificate: Certificate, event: str, actor: Actor, at: datetime, **more: object) -> None:
    payload: dict[str, Any] = {
        "certificate": certificate.ref,
        "supplier_id": certificate.supplier_id,
        "kind": certificate.kind,
        "name": certificate.name,
        "number": certificate.number,
        **more,
    }
    emit(kind=event, subject=certificate.ref, actor=actor, at=at, payload=payload)
