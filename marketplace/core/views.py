"""Pages of the ground itself: health, readiness, the operator's settings and the books' state."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from marketplace.core import books, clock, operator_settings, readiness
from marketplace.core.errors import DomainError, NotFound
from marketplace.core.forms import add_domain_error
from marketplace.core.http import ActingRequest, at_desk
from marketplace.core.operator_settings import OPERATOR_DESK
from marketplace.core.settings_form import setting_form


@require_GET
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is asked."""
    return JsonResponse({"status": "ok"})


@require_GET
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Database, queue, oldest unsent outbox row, oldest overdue deadline; 503 when one is not good."""
    answers = readiness.run_checks(clock.now())
    good = all(answer.good for answer in answers.values())
    body = {name: {"good": answer.good, "detail": str(answer.detail)} for name, answer in answers.items()}
    return JsonResponse(
        {"status": "ready" if good else "not ready", "checks": body}, status=200 if good else 503
    )


@require_GET
@at_desk(OPERATOR_DESK)
def desk_settings(request: ActingRequest) -> HttpResponse:
    """All settings by group with the value in force, and the history of changes."""
    context = {
        "groups": _groups(),
        "changes": [
            {"change": change, "label": operator_settings.label_of(change.key)}
            for change in operator_settings.changes()
        ],
    }
    return render(request, "core/desk_settings.html", context)


@require_http_methods(["GET", "POST"])
@at_desk(OPERATOR_DESK)
def desk_setting(request: ActingRequest, key: str) -> HttpResponse:
    """One setting: what it does, its value, a new value with a reason."""
    line = next((line for line in operator_settings.all_settings() if line.definition.key == key), None)
    if line is None:
        raise NotFound
    form = setting_form(line, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            operator_settings.change_setting(
                key=key,
                value=form.cleaned_data["value"],
                actor=request.actor,
                at=request.at,
                reason=form.cleaned_data["reason"],
                seen=form.seen_value(),
            )
        except DomainError as error:
            error.field = "value" if error.field == key else error.field
            add_domain_error(form, error)
        else:
            messages.success(request, _("Saved. It holds for orders placed from now on."))
            return redirect("desk_settings")
    return render(
        request, "core/desk_setting.html", {"line": line, "form": form}, status=400 if form.errors else 200
    )


@require_GET
@at_desk("finance")
def desk_books(request: ActingRequest) -> HttpResponse:
    """Whether everything adds up, found out now."""
    context = {"parts": books.books_parts(), "discrepancies": books.find_discrepancies(), "at": request.at}
    return render(request, "core/desk_books.html", context)


def _groups() -> list[tuple[str, list[operator_settings.SettingLine]]]:
    groups: dict[str, list[operator_settings.SettingLine]] = {}
    for line in operator_settings.all_settings():
        groups.setdefault(str(line.definition.group), []).append(line)
    return list(groups.items())
