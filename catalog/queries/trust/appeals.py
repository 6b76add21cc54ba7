"""Appeals about listings as their supplier sees them, and the line that every appeal is read as. Reads only."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from catalog import policies
from catalog.errors import ProductNotFound
from catalog.models import Appeal, ModerationDecision, Product
from catalog.models.appeal import AnyAppeal
from catalog.queries.trust.reviews import ReviewLine
from catalog.reasons import words_of
from catalog.rules.reviewing import APPEALED_WITHIN
from catalog.states import AppealState, DecisionStep, ProductState
from marketplace.core.actors import Actor
from marketplace.core.querysets import LockableQuerySet

_APPEALED = {DecisionStep.REJECTED: ProductState.DRAFT, DecisionStep.SUSPENDED: ProductState.SUSPENDED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Appealed:
    """The decision an appeal is about, and its subject.

    `product_url` leads to a listing, `review` is what was written; `grant_label` says what a granted appeal does.
    """

    url: str
    title: str
    product_url: str
    company: str
    decision: str
    reason: str
    decided_first_by: str
    decided_first_at: datetime
    may_decide: bool
    grant_label: str
    review: ReviewLine | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealLine(Appealed):
    """One appeal: what the company says, and what came of it."""

    ref: str
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
    row = listing_appeals().filter(product=product).order_by("-lodged_at").first()
    return AppealPage(
        ref=product.ref,
        title=product.title,
        may_appeal=decision is not None,
        decision=decision.get_step_display() if decision else "",
        reason=words_of(decision.reason_code, decision.note) if decision else "",
        decided_at=decision.at if decision else None,
        until=decision.at + APPEALED_WITHIN if decision else None,
        appeal=listing_appeal_line(row, actor, at) if row else None,
    )


def listing_appeals() -> LockableQuerySet[Appeal]:
    """Appeals with what `listing_appeal_line` reads, in one statement."""
    return Appeal.objects.select_related("decision", "product__supplier", "document")


def listing_appeal_line(row: Appeal, actor: Actor, at: datetime) -> AppealLine:
    """An appeal about a listing as people read it."""
    decision, product = row.decision, row.product
    return appeal_line(
        row,
        at,
        Appealed(
            url=reverse("desk_appeal", args=[row.ref]),
            title=product.title,
            product_url=reverse("product", args=[product.ref, product.slug]),
            company=product.supplier.legal_name,
            decision=decision.get_step_display(),
            reason=words_of(decision.reason_code, decision.note),
            decided_first_by=decision.actor_label,
            decided_first_at=decision.at,
            may_decide=policies.can_decide_appeal(actor, product.supplier_id, decision.actor),
            grant_label=_("Grant: the listing is live"),
        ),
    )


def appeal_line(row: AnyAppeal, at: datetime, about: Appealed) -> AppealLine:
    """An appeal of any kind, with what is said of its decision and its subject."""
    is_open = row.state == AppealState.OPEN
    return AppealLine(
        **{one.name: getattr(about, one.name) for one in fields(about)}
        | {"may_decide": about.may_decide and is_open},
        ref=row.ref,
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
    )
