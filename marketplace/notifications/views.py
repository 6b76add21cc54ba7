"""The list behind the bell, and the development mailbox. Sends nothing."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from marketplace.accounts.access import login_required
from marketplace.accounts.middleware import CompanyRequest
from marketplace.core.http import ActingRequest
from marketplace.notifications.operations import mark_all_read, mark_read
from marketplace.notifications.queries import mailbox as mails_of
from marketplace.notifications.queries import mailbox_message as mail_of
from marketplace.notifications.queries import notification_page, staff_codes


@require_safe
@login_required
def notifications(request: CompanyRequest) -> HttpResponse:
    """What happened, newest first; what waits for the person stands out."""
    before = request.GET.get("before", "")
    only_unread = request.GET.get("show") == "new"
    number = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None
    page = notification_page(request.user.pk, number, only_unread=only_unread)
    return render(request, "notifications/list.html", {"page": page, "only_unread": only_unread})


@require_POST
@login_required
def notification_open(request: CompanyRequest, notification_id: int) -> HttpResponseBase:
    """Note that it was seen, and go where it points."""
    notification = mark_read(notification_id=notification_id, actor=request.actor, at=request.at)
    return redirect(notification.url or "notifications")


@require_POST
@login_required
def notifications_read(request: CompanyRequest) -> HttpResponseBase:
    """All seen."""
    mark_all_read(actor=request.actor, at=request.at)
    return redirect("notifications")


@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    """Every mail this development installation would have sent, and the staff's present second-factor codes."""
    recipient = request.GET.get("to", "").strip()[:254]
    context = {
        "mails": mails_of(recipient),
        "recipient": recipient,
        "codes": staff_codes(cast(ActingRequest, request).at),
    }
    return render(request, "notifications/mailbox.html", context)


@require_safe
def mailbox_message(request: HttpRequest, message_id: int) -> HttpResponse:
    """One mail, its links to be followed."""
    return render(request, "notifications/mailbox_message.html", {"mail": mail_of(message_id)})
