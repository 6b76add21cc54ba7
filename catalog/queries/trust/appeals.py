"""Appeals as their supplier and the moderators see them. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse

from catalog import policies
from catalog.errors import AppealNotFound, ProductNotFound
from catalog.models import Appeal, ModerationDecision, Product
from catalog.reasons import words_of
from catalog.states import AppealState, DecisionStep, ProductState
from marketplace.core.actors import Actor
from marketplace.core.querysets import LockableQuerySet
from marketplace.files.models import StoredFile

APPEALED_WITHIN = timedelta(days=30)
LIMIT = 100
_APPEALED = {DecisionStep.REJECTED: ProductState.DRAFT, DecisionStep.SUSPENDED: ProductState.SUSPENDED}


@dataclass(frozen=True, slots=True)
class AppealLine:
    """One appeal: the decision it is about, what the supplier says, what came of it."""

    ref: str
    url: str
    title: str
    product_url: str
    supplier: str
    decision: str
    reason: str
    decided_first_by: str
    decided_first_at: datetime
    text: str
    document_ref: str
    document_name: str
    lodged_by: str
    lodged_at: datetime
    due_at: datetime
    is_open: bool
    is_overdue: bool
    outcome: str
    answer: str
    decided_at: datetime | None
    may_decide: bool


@dataclass(frozen=True, slots=True)
class AppealPage:
    """A supplier's page: the decision that may be appealed against, or the appeal about the last one."""

    ref: str
    title: str
    may_appeal: bool
    decision: str
    reason: str
    decided_at: datetime | None
    until: datetime | None
    appeal: AppealLine | None


def decision_to_appeal(product: Product, at: datetime) -> ModerationDecision | None:
    """The rejection or suspension that stands, not appealed against yet and not long ago. One statement."""
    last = (
        ModerationDecision.objects.filter(product=product, step__in=_APPEALED)
        .select_related("appeal")
        .order_by("-at", "-pk")
        .first()
    )
    if last is None or hasattr(last, "appeal") or last.at < at - APPEALED_WITHIN:
        return None
    return last if product.state == _APPEALED[DecisionStep(last.step)] else None


def appeal_page(ref: str, actor: Actor, at: datetime) -> AppealPage:
    """Of one of the company's own listings. Raises `ProductNotFound` for another's."""
    product = Product.objects.of_supplier(actor.company_id).filter(ref=ref).first()
    if product is None:
        raise ProductNotFound
    decision = decision_to_appeal(product, at)
    row = _rows().filter(product=product).order_by("-lodged_at").first()
    return AppealPage(
        ref=product.ref,
        title=product.title,
        may_appeal=decision is not None,
        decision=decision.get_step_display() if decision else "",
        reason=words_of(decision.reason_code, decision.note) if decision else "",
        decided_at=decision.at if decision else None,
        until=decision.at + APPEALED_WITHIN if decision else None,
        appeal=_line(row, actor, at) if row else None,
    )


def appeals(actor: Actor, at: datetime) -> tuple[AppealLine, ...]:
    """Those that wait, the longest first, then those decided last. Two statements."""
    waiting = list(_rows().filter(state=AppealState.OPEN).order_by("due_at")[:LIMIT])
    done = list(_rows().exclude(state=AppealState.OPEN).order_by("-decided_at")[:20])
    return tuple(_line(row, actor, at) for row in [*waiting, *done])


def appeal_case(ref: str, actor: Actor, at: datetime) -> AppealLine:
    """One appeal before a moderator. Raises `AppealNotFound`."""
    row = _rows().filter(ref=ref).first()
    if row is None:
        raise AppealNotFound
    return _line(row, actor, at)


def open_appeals() -> int:
    """How many wait."""
    return Appeal.objects.filter(state=AppealState.OPEN).count()


def may_read_appeal_document(actor: Actor, file: StoredFile) -> bool:
    """The company's own people and the moderators."""
    row = Appeal.objects.filter(document=file).select_related("product").first()
    return row is not None and (actor.acts_for(row.product.supplier_id) or policies.sits_at_moderation(actor))


def _rows() -> LockableQuerySet[Appeal]:
    return Appeal.objects.select_related("decision", "product__supplier", "document")


def _line(row: Appeal, actor: Actor, at: datetime) -> AppealLine:
    decision, product = row.decision, row.product
    is_open = row.state == AppealState.OPEN
    return AppealLine(
        ref=row.ref,
        url=reverse("desk_appeal", args=[row.ref]),
        title=product.title,
        product_url=reverse("product", args=[product.ref, product.slug]),
        supplier=product.supplier.legal_name,
        decision=decision.get_step_display(),
        reason=words_of(decision.reason_code, decision.note),
        decided_first_by=decision.actor_label,
        decided_first_at=decision.at,
        text=row.text,
        document_ref=row.document.ref if row.document else "",
        document_name=row.document.name if row.document else "",
        lodged_by=row.lodged_by_label,
        lodged_at=row.lodged_at,
        due_at=row.due_at,
        is_open=is_open,
        is_overdue=is_open and row.due_at < at,
        outcome=row.get_state_display(),
        answer=row.answer,
        decided_at=row.decided_at,
        may_decide=is_open and policies.can_decide_appeal(actor, product.supplier_id, decision.actor),
    )
