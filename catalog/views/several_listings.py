"""One step for several listings that were ticked in the list.

Each listing is an operation of its own: what cannot take the step says why and keeps no other back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from catalog import operations
from catalog.models import Product
from catalog.policies import SELLING_ROLES
from catalog.queries.listings.workbench import PAGE_SIZE, TickedListing, ticked_listings
from catalog.states import ProductState
from marketplace.accounts.access import member_required
from marketplace.accounts.middleware import CompanyRequest
from marketplace.core.errors import DomainError, NotAllowed, NotFound
from marketplace.core.formatting import format_number
from marketplace.core.steps import key_or_new
from marketplace.core.transactions import tried

_TOLD_APART = 6  # refusals that are told one by one


@dataclass(frozen=True, slots=True)
class Step:
    """From which state it leads, what is done to each listing, and what to say when it was."""

    begins: ProductState
    operation: Callable[..., Product]
    done: Callable[[int], str]


STEPS = {
    "submit": Step(
        ProductState.DRAFT,
        operations.submit_for_review,
        lambda n: ngettext("%(n)s listing was submitted.", "%(n)s listings were submitted.", n),
    ),
    "withdraw": Step(
        ProductState.IN_REVIEW,
        operations.withdraw_from_review,
        lambda n: ngettext("%(n)s listing is a draft again.", "%(n)s listings are drafts again.", n),
    ),
    "pause": Step(
        ProductState.LIVE,
        operations.pause_product,
        lambda n: ngettext("%(n)s listing was paused.", "%(n)s listings were paused.", n),
    ),
    "resume": Step(
        ProductState.PAUSED,
        operations.resume_product,
        lambda n: ngettext("%(n)s listing is live again.", "%(n)s listings are live again.", n),
    ),
}


@require_POST
@member_required(*SELLING_ROLES)
def steps(request: CompanyRequest) -> HttpResponse:
    """Take the step for each ticked listing, and go back to the list as it was."""
    chosen = STEPS.get(request.POST.get("step", ""))
    if chosen is None:
        raise NotFound
    listings = ticked_listings(request.POST.getlist("listing")[:PAGE_SIZE], request.actor)
    ready = [one for one in listings if one.state == chosen.begins]
    refused = _take(request, chosen, ready)
    done = len(ready) - len(refused)
    if not listings:
        messages.warning(request, _("Nothing was ticked: tick the listings first."))
    if done:
        messages.success(request, chosen.done(done) % {"n": format_number(done)})
    _tell(request, refused)
    _tell_left(request, len(listings) - len(ready))
    return redirect(_list_url(request))


def _take(request: CompanyRequest, chosen: Step, listings: Sequence[TickedListing]) -> list[str]:
    """What kept a listing from it, one line for each."""
    key = key_or_new(request)
    lines: list[str] = []
    for place, one in enumerate(listings):
        take = partial(
            chosen.operation,
            product_ref=one.ref,
            actor=request.actor,
            key=f"{key}:{request.POST['step']}:{one.ref}",
            at=request.at,
        )
        try:
            tried(take, partial(_note, lines, one.title))
        except (NotAllowed, NotFound) as error:
            if not place:
                raise
            _note(
                lines, one.title, error
            )  # a role or a listing was taken away between two: the page says what was done
    return lines


def _note(lines: list[str], title: str, error: DomainError) -> None:
    lines.append(f"“{title}”: {error.text}")


def _tell(request: CompanyRequest, refused: Sequence[str]) -> None:
    for line in refused[:_TOLD_APART]:
        messages.warning(request, line)
    more = len(refused) - _TOLD_APART
    if more > 0:
        text = ngettext(
            "%(n)s more could not take this step: open it to see why.",
            "%(n)s more could not take this step: open them to see why.",
            more,
        )
        messages.warning(request, text % {"n": format_number(more)})


def _tell_left(request: CompanyRequest, left: int) -> None:
    if left:
        text = ngettext(
            "%(n)s listing is in another state and stays as it is.",
            "%(n)s listings are in another state and stay as they are.",
            left,
        )
        messages.info(request, text % {"n": format_number(left)})


def _list_url(request: CompanyRequest) -> str:
    state, query = request.POST.get("state", ""), request.POST.get("q", "")[:100]
    kept = {"state": state if state in ProductState.values else "", "q": query}
    asked = urlencode({name: value for name, value in kept.items() if value})
    return f"{reverse('workbench_products')}?{asked}" if asked else reverse("workbench_products")
