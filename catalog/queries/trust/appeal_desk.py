"""The moderators' desk of appeals, about listings and about reviews. Reads only."""

from __future__ import annotations

from datetime import datetime
from typing import Final, TypeVar

from catalog import policies
from catalog.errors import AppealNotFound
from catalog.models import Appeal, ReviewAppeal
from catalog.models.appeal import AnyAppeal
from catalog.queries.trust.appeals import AppealLine, listing_appeal_line, listing_appeals
from catalog.queries.trust.review_appeals import review_appeal_line, review_appeals, review_read
from catalog.states import AppealState
from marketplace.core.actors import Actor
from marketplace.core.querysets import LockableQuerySet
from marketplace.files.models import StoredFile

_WAITING: Final = 100
_DONE: Final = 20
_AppealT = TypeVar("_AppealT", bound=AnyAppeal)


def appeals(actor: Actor, at: datetime) -> tuple[AppealLine, ...]:
    """Those that wait, the longest first, then those decided last. Eight statements, four of them of reviews' reports."""
    lines = [
        *(listing_appeal_line(row, actor, at) for row in _few(listing_appeals())),
        *(review_appeal_line(row, actor, at) for row in _few(review_appeals())),
    ]
    waiting = sorted((one for one in lines if one.is_open), key=lambda one: one.due_at)
    done = [one for one in lines if not one.is_open]
    done.sort(key=lambda one: one.decided_at or one.lodged_at, reverse=True)
    return (*waiting[:_WAITING], *done[:_DONE])


def appeal_case(ref: str, actor: Actor, at: datetime) -> AppealLine:
    """One appeal about a listing before a moderator. Raises `AppealNotFound`."""
    row = listing_appeals().filter(ref=ref).first()
    if row is None:
        raise AppealNotFound
    return listing_appeal_line(row, actor, at)


def review_appeal_case(ref: str, actor: Actor, at: datetime) -> AppealLine:
    """One appeal about a review before a moderator, with the review. Raises `AppealNotFound`."""
    row = review_appeals().filter(ref=ref).first()
    if row is None:
        raise AppealNotFound
    return review_appeal_line(row, actor, at, review=review_read(row.review_id))


def open_appeals() -> int:
    """How many wait. One statement."""
    listings = Appeal.objects.filter(state=AppealState.OPEN).order_by().values("pk")
    reviews = ReviewAppeal.objects.filter(state=AppealState.OPEN).order_by().values("pk")
    return listings.union(reviews, all=True).count()


def open_appeal_about(product_id: int) -> str:
    """The reference of the appeal about a listing that waits; empty when none does. One statement."""
    waiting = Appeal.objects.filter(product=product_id, state=AppealState.OPEN)
    return waiting.values_list("ref", flat=True).first() or ""


def may_read_appeal_document(actor: Actor, file: StoredFile) -> bool:
    """The people of the company that appealed, and the moderators."""
    companies = [
        *Appeal.objects.filter(document=file).values_list("product__supplier_id", flat=True),
        *ReviewAppeal.objects.filter(document=file).values_list("company_id", flat=True),
    ]
    return any(actor.acts_for(pk) for pk in companies) or (
        bool(companies) and policies.sits_at_moderation(actor)
    )


def _few(rows: LockableQuerySet[_AppealT]) -> list[_AppealT]:
    waiting = rows.filter(state=AppealState.OPEN).order_by("due_at")[:_WAITING]
    done = rows.exclude(state=AppealState.OPEN).order_by("-decided_at")[:_DONE]
    return [*waiting, *done]
