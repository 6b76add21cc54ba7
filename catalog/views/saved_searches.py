"""The searches a person keeps: the list, save, alerts on or off, forget; and the link that stops mails."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from catalog.alerts import kept_address
from catalog.forms.search import SearchForm
from catalog.operations.searching.saved_searches import (
    ADDRESS_LENGTH,
    forget_search,
    ref_of_token,
    save_search,
    set_alerts,
    stop_alerts,
)
from catalog.queries.searching.saved_searches import saved_searches
from marketplace.accounts.access import member_required
from marketplace.accounts.middleware import CompanyRequest
from marketplace.core.steps import take_step


@require_http_methods(["GET", "HEAD", "POST"])
@member_required()
def searches(request: CompanyRequest) -> HttpResponse:
    """One's own; a POST keeps another."""
    if request.method == "POST":
        form = SearchForm(
            QueryDict(request.POST.get("address", "")[: ADDRESS_LENGTH * 2].replace("\x00", ""))
        )
        form.is_valid()
        kept = kept_address(form)
        name = request.POST.get("name", "").replace("\x00", "") or kept
        take_step(
            request,
            partial(save_search, name=name, address=kept, actor=request.actor, at=request.at),
            _("Saved. You get a mail when there are new offers."),
        )
        return redirect("saved_searches")
    return render(request, "catalog/saved_searches.html", {"searches": saved_searches(request.actor)})


@require_POST
@member_required()
def search(request: CompanyRequest, ref: str) -> HttpResponse:
    """Alerts on or off, or forget it."""
    step = request.POST.get("step", "")
    if step == "forget":
        forget_search(ref=ref, actor=request.actor)
        messages.success(request, _("The search is forgotten."))
    else:
        saved = set_alerts(ref=ref, alerts=step == "start", actor=request.actor, at=request.at)
        text = (
            _("You get a mail when there are new offers.") if saved.alerts else _("No more mails about it.")
        )
        messages.success(request, text)
    return redirect("saved_searches")


@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """The link in a mail: asks once (programs open links too), then stops the mails; needs no log-in."""
    stopped, search = request.method == "POST", None
    if stopped:
        search = stop_alerts(token=token)
    else:
        ref_of_token(token)
    context = {"stopped": stopped, "still_saved": search is not None}
    return render(request, "catalog/saved_search_stop.html", context)
