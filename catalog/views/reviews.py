"""Reviews: the supplier's own list with answers, and the moderators' list from which one can be hidden."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from catalog import operations
from catalog.policies import SELLING_ROLES
from catalog.queries.reviews import desk_reviews, own_reviews
from marketplace.accounts.access import desk_required, member_required
from marketplace.accounts.middleware import CompanyRequest
from marketplace.accounts.states import Desk
from marketplace.core.errors import Conflict, Rejected


@require_safe
@member_required()
def own(request: CompanyRequest) -> HttpResponse:
    """What buyers wrote to the company acted for."""
    context = {
        "rows": own_reviews(request.actor.company_id or 0),
        "may_answer": request.actor.has_role(*SELLING_ROLES),
    }
    return render(request, "catalog/workbench/reviews.html", context)


@require_POST
@member_required(*SELLING_ROLES)
def answer(request: CompanyRequest, ref: str) -> HttpResponse:
    """The company's one answer."""
    try:
        operations.answer_review(
            review_ref=ref, text=request.POST.get("text", ""), actor=request.actor, at=request.at
        )
    except (Conflict, Rejected) as error:
        messages.error(request, error.text)
    else:
        messages.success(request, _("Your answer stands below the review."))
    return redirect("workbench_reviews")


@require_safe
@desk_required(Desk.MODERATION)
def desk(request: CompanyRequest) -> HttpResponse:
    """The latest reviews."""
    return render(request, "catalog/moderation/reviews.html", {"rows": desk_reviews(request.actor)})


@require_POST
@desk_required(Desk.MODERATION)
def hide(request: CompanyRequest, ref: str) -> HttpResponse:
    """A review is taken off the pages, with a reason."""
    try:
        operations.hide_review(
            review_ref=ref, reason=request.POST.get("reason", ""), actor=request.actor, at=request.at
        )
    except Rejected as error:
        messages.error(request, error.text)
    else:
        messages.success(request, _("Hidden: it is not shown and does not count any more."))
    return redirect("desk_product_reviews")
