"""Certificates as people read them: buyers those that hold today, the company all of its own, moderators the scans."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog import policies
from catalog.errors import CertificateNotFound, ProductNotFound
from catalog.models import Certificate, Product
from catalog.rules.certificates import REMINDED_DAYS_BEFORE, CertificateFacts, kind_name
from catalog.states import CERTIFICATE_COUNTS, CertificateState
from marketplace.core import clock
from marketplace.core.actors import Actor
from marketplace.core.compiled import compiled
from marketplace.core.countries import country_name
from marketplace.core.formatting import format_number
from marketplace.files.models import StoredFile

DESK_LIMIT = 100


@dataclass(frozen=True, slots=True)
class CertificateLine:
    """A certificate as buyers see it; `checked` when a moderator has seen its scan, `scan_url` when it is public."""

    ref: str
    kind: str
    label: str
    number: str
    issuer: str
    valid_until: date | None
    checked: bool
    scan_url: str


@dataclass(frozen=True, slots=True)
class OwnCertificate:
    """One of the company's own, in any state; `counts` while buyers see it."""

    ref: str
    url: str
    label: str
    number: str
    issuer: str
    valid_from: date | None
    valid_until: date | None
    state_label: str
    tone: str
    note: str
    counts: bool
    belongs_to: str
    covers_all: bool
    attached: bool


@dataclass(frozen=True, slots=True)
class CertificateEditor:
    """One certificate in the workbench."""

    line: OwnCertificate
    facts: CertificateFacts
    revision: int
    is_editable: bool
    review_note: str
    scan_url: str
    scan_name: str


@dataclass(frozen=True, slots=True)
class ProductCertificates:
    """The certificates of one listing of the company's: those it has, and those it could have."""

    ref: str
    title: str
    rows: tuple[OwnCertificate, ...]


@dataclass(frozen=True, slots=True)
class DeskCertificate:
    """A certificate before a moderator."""

    ref: str
    url: str
    label: str
    number: str
    issuer: str
    valid_from: date | None
    valid_until: date | None
    supplier: str
    country: str
    supplier_url: str
    since: datetime
    state_label: str
    tone: str
    is_waiting: bool
    is_over: bool
    may_decide: bool
    review_note: str
    revision: int
    scan_url: str
    scan_name: str


_TONES = {
    CertificateState.STATED: "",
    CertificateState.CHECKED: "accent",
    CertificateState.REJECTED: "danger",
    CertificateState.WITHDRAWN: "",
}


def certificates_of_supplier(supplier_id: int, at: datetime) -> tuple[CertificateLine, ...]:
    """What a company holds at a moment, of all of its products or of some. One statement."""
    return _lines(_counting(at.date()).filter(supplier_id=supplier_id))


def certificates_of_product(product: Product, at: datetime) -> tuple[CertificateLine, ...]:
    """What holds for one listing at a moment. One statement."""
    return _sorted_lines(_of_product(product.pk, product.supplier_id, at.date()))


@compiled
def _of_product(product_id: int, supplier_id: int, day: date) -> QuerySet[Certificate, Certificate]:
    mine = Q(covers_all=True) | Q(certified__product_id=product_id)
    return _counting(day).filter(mine, supplier_id=supplier_id).distinct().select_related("scan")


def certificates_among(
    rows: Iterable[Certificate], product: Product, at: datetime
) -> tuple[CertificateLine, ...]:
    """Of a supplier's certificates, those that hold for one listing. No statement when `certified` was fetched."""
    day = at.date()
    mine = [
        row
        for row in rows
        if row.counts_on(day)
        and (row.covers_all or any(one.product_id == product.pk for one in row.certified.all()))
    ]
    return _sorted_lines(mine)


def own_certificates(supplier_id: int, at: datetime) -> tuple[OwnCertificate, ...]:
    """All that the company states, those that end soonest first, what was withdrawn last. One statement."""
    rows = _own_rows(supplier_id).exclude(state=CertificateState.WITHDRAWN)
    return tuple(_own(row, at.date()) for row in rows)


def certificate_editor(ref: str, actor: Actor, at: datetime) -> CertificateEditor:
    """One of the company's own. Raises `CertificateNotFound` for another's."""
    row = _own_rows(actor.company_id or 0).filter(ref=ref).first()
    if row is None:
        raise CertificateNotFound
    products = row.certified.order_by("product_id").values_list("product__ref", flat=True)
    return CertificateEditor(
        line=_own(row, at.date()),
        facts=CertificateFacts(
            kind=row.kind,
            number=row.number,
            issuer=row.issuer,
            name=row.name,
            valid_from=row.valid_from,
            valid_until=row.valid_until,
            scan_is_public=row.scan_is_public,
            covers_all=row.covers_all,
            products=tuple(products),
        ),
        revision=row.revision,
        is_editable=row.state != CertificateState.WITHDRAWN and policies.can_list_for(actor, row.supplier_id),
        review_note=row.review_note,
        scan_url=_scan_url(row),
        scan_name=row.scan.name if row.scan else "",
    )


def product_choices(supplier_id: int) -> list[tuple[str, str]]:
    """The company's listings, to choose from: reference and title."""
    rows = Product.objects.of_supplier(supplier_id).order_by("title", "pk")
    return list(rows.values_list("ref", "title")[:2_000])


def product_certificates(ref: str, actor: Actor, at: datetime) -> ProductCertificates:
    """The section of one of the company's listings. Raises `ProductNotFound` for another's."""
    product = Product.objects.of_supplier(actor.company_id).filter(ref=ref).first()
    if product is None:
        raise ProductNotFound
    rows = _own_rows(product.supplier_id).exclude(state=CertificateState.WITHDRAWN)
    mine = set(
        Certificate.objects.filter(supplier_id=product.supplier_id)
        .filter(Q(covers_all=True) | Q(certified__product=product))
        .values_list("pk", flat=True)
    )
    lines = tuple(_own(row, at.date(), attached=row.pk in mine) for row in rows)
    return ProductCertificates(product.ref, product.title, lines)


def desk_certificates(actor: Actor, at: datetime) -> tuple[DeskCertificate, ...]:
    """Those with a scan that nobody has looked at, the longest wait first. One statement."""
    waiting = Certificate.objects.filter(state=CertificateState.STATED, scan__isnull=False)
    rows = waiting.select_related("supplier", "scan").order_by("updated_at", "pk")[:DESK_LIMIT]
    return tuple(_desk(row, actor, at.date()) for row in rows)


def waiting_certificates() -> int:
    """How many scans wait for a moderator."""
    return Certificate.objects.filter(state=CertificateState.STATED, scan__isnull=False).count()


def desk_certificate(ref: str, actor: Actor, at: datetime) -> DeskCertificate:
    """One certificate before a moderator. Raises `CertificateNotFound`."""
    row = Certificate.objects.filter(ref=ref).select_related("supplier", "scan").first()
    if row is None:
        raise CertificateNotFound
    return _desk(row, actor, at.date())


def may_read_scan(actor: Actor, file: StoredFile) -> bool:
    """The company's own people and the moderators; everybody where it is public, as long as the certificate holds."""
    row = Certificate.objects.filter(ref=file.subject, scan=file).first()
    if row is None:
        return False
    if actor.acts_for(row.supplier_id) or policies.sits_at_moderation(actor):
        return True
    return row.scan_is_public and row.counts_on(clock.now().date())


def ends_soon_text(days: int) -> str:
    """`ends in 12 days`."""
    if days == 0:
        return _("ends today")
    return ngettext("ends in %(days)s day", "ends in %(days)s days", days) % {"days": format_number(days)}


def _counting(day: date) -> QuerySet[Certificate]:
    """Those that buyers see on a day; `Certificate.counts_on` says the same of one row."""
    return Certificate.objects.filter(
        Q(valid_from__isnull=True) | Q(valid_from__lte=day),
        Q(valid_until__isnull=True) | Q(valid_until__gte=day),
        state__in=CERTIFICATE_COUNTS,
    )


def _lines(rows: QuerySet[Certificate]) -> tuple[CertificateLine, ...]:
    return _sorted_lines(rows.select_related("scan"))


def _sorted_lines(rows: Iterable[Certificate]) -> tuple[CertificateLine, ...]:
    """Those that were checked first, then by name."""
    lines = [
        CertificateLine(
            ref=row.ref,
            kind=row.kind,
            label=kind_name(row.kind, row.name),
            number=row.number,
            issuer=row.issuer,
            valid_until=row.valid_until,
            checked=row.state == CertificateState.CHECKED,
            scan_url=_scan_url(row) if row.scan_is_public else "",
        )
        for row in sorted(rows, key=lambda row: row.pk)
    ]
    return tuple(sorted(lines, key=lambda line: (not line.checked, line.label)))


def _own_rows(supplier_id: int) -> QuerySet[Certificate]:
    rows = Certificate.objects.filter(supplier_id=supplier_id).select_related("scan")
    return rows.annotate(chosen=Count("certified")).order_by("valid_until", "pk")


def _own(row: Certificate, day: date, *, attached: bool = False) -> OwnCertificate:
    label, tone = _state_of(row, day)
    return OwnCertificate(
        ref=row.ref,
        url=reverse("workbench_certificate", args=[row.ref]),
        label=kind_name(row.kind, row.name),
        number=row.number,
        issuer=row.issuer,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        state_label=label,
        tone=tone,
        note=row.review_note,
        counts=row.counts_on(day),
        belongs_to=_belongs_to(row),
        covers_all=row.covers_all,
        attached=attached,
    )


def _state_of(row: Certificate, day: date) -> tuple[str, str]:
    """The state as its company reads it: a certificate that is over or ends soon says so first."""
    if row.state in CERTIFICATE_COUNTS and row.valid_until is not None:
        left = (row.valid_until - day).days
        if left < 0:
            return _("over: buyers do not see it"), "danger"
        if left <= max(REMINDED_DAYS_BEFORE):
            return ends_soon_text(left), "waiting"
    if row.state in CERTIFICATE_COUNTS and row.valid_from is not None and row.valid_from > day:
        return _("not begun"), ""
    return row.get_state_display(), _TONES[CertificateState(row.state)]


def _belongs_to(row: Certificate) -> str:
    if row.covers_all:
        return _("all products")
    chosen: int = row.__dict__["chosen"]
    return ngettext("%(number)s product", "%(number)s products", chosen) % {"number": format_number(chosen)}


def _scan_url(row: Certificate) -> str:
    return reverse("file", args=[row.scan.ref]) if row.scan else ""


def _desk(row: Certificate, actor: Actor, day: date) -> DeskCertificate:
    return DeskCertificate(
        ref=row.ref,
        url=reverse("desk_certificate", args=[row.ref]),
        label=kind_name(row.kind, row.name),
        number=row.number,
        issuer=row.issuer,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        supplier=row.supplier.legal_name,
        country=country_name(row.supplier.country),
        supplier_url=reverse("supplier", args=[row.supplier.ref]),
        since=row.updated_at,
        state_label=row.get_state_display(),
        tone=_TONES[CertificateState(row.state)],
        is_waiting=row.state == CertificateState.STATED and row.scan_id is not None,
        is_over=row.valid_until is not None and row.valid_until < day,
        may_decide=policies.can_moderate(actor, row.supplier_id) and row.state in CERTIFICATE_COUNTS,
        review_note=row.review_note,
        revision=row.revision,
        scan_url=_scan_url(row),
        scan_name=row.scan.name if row.scan else "",
    )
