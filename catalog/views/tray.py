"""The tray of offers to compare: put one in, take one out, swap one, empty it. Open to everybody; needs no script.

What is chosen stands in a cookie of the reader's browser, so that no page costs a statement more for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from catalog.queries.buying.tray import ChosenOffer, TrayBar, chosen_offers, tray_bar
from catalog.tray import MOST, Tray, read_tray, tray_text
from marketplace.core.http import actor_of, path_on_this_site
from marketplace.core.ids import REF_LENGTH

COOKIE: Final = "compare"
_KEPT_SECONDS: Final = 14 * 24 * 3600


def tray_of(request: HttpRequest) -> Tray:
    """What the reader has chosen."""
    return read_tray(request.COOKIES.get(COOKIE, ""), actor_of(request).user_id)


def bar_of(request: HttpRequest, carried: Iterable[tuple[str, str]] = ()) -> TrayBar:
    """The bar of the page that is asked for."""
    return tray_bar(tray_of(request), actor_of(request), here=request.get_full_path(), carried=carried)


@require_http_methods(["GET", "HEAD", "POST"])
def tray(request: HttpRequest) -> HttpResponse:
    """What is chosen, and which offer (`add`) waits for a place; a POST changes it and leads back to where it was pressed."""
    if request.method == "POST":
        return _change(request)
    offers = chosen_offers([*tray_of(request).refs, *_named(request.GET.get("add", ""))])
    chosen = tuple(offer for offer in offers if tray_of(request).holds(offer.ref))
    context = {
        "chosen": chosen,
        "waiting": next((offer for offer in offers if offer not in chosen), None),
        "bar": bar_of(request),
        "most": MOST,
        "back": path_on_this_site(request, request.GET.get("next", "")) or reverse("search"),
    }
    return remembered(request, render(request, "catalog/tray.html", context), _tray(chosen))


def remembered(request: HttpRequest, response: HttpResponse, chosen: Tray) -> HttpResponse:
    """Let the browser remember it, where it is not what it remembers already."""
    text = tray_text(chosen, actor_of(request).user_id)
    if not text:
        response.delete_cookie(COOKIE, samesite="Lax")
    elif text != request.COOKIES.get(COOKIE):
        response.set_cookie(
            COOKIE,
            text,
            max_age=_KEPT_SECONDS,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
    return response


def _change(request: HttpRequest) -> HttpResponse:
    said, now = request.POST, tray_of(request)
    back = path_on_this_site(request, said.get("next", "")) or reverse("compare_tray")
    added, taken = said.get("add", ""), said.get("remove", "")
    if said.get("step") == "empty":
        return remembered(request, redirect(back), Tray())
    if not added:
        return remembered(
            request, redirect(f"{back}#o-{taken}" if _named(taken) else back), now.without(taken)
        )
    offers = chosen_offers([*now.refs, *_named(added)])
    if all(offer.ref != added for offer in offers):
        messages.error(request, _("This offer is not on the market any more."))
        return redirect(back)
    # What has left the market since takes no place.
    now = _tray(offer for offer in offers if now.holds(offer.ref))
    now = now.swapped(taken, added) if taken else now.with_offer(added)
    if not now.holds(added):
        question = urlencode({"add": added, "next": back})
        return remembered(request, redirect(f"{reverse('compare_tray')}?{question}"), now)
    return remembered(request, redirect(back if taken else f"{back}#o-{added}"), now)


def _tray(offers: Iterable[ChosenOffer]) -> Tray:
    return Tray(tuple(offer.ref for offer in offers))


def _named(ref: str) -> list[str]:
    return [ref] if ref and len(ref) <= REF_LENGTH and "\x00" not in ref else []
