"""The pictures of a listing in the editor: added one by one or several at once, described, put in order, removed.

Each way works as a plain form that comes back to the page; a script gets the part alone, and an answer per file.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from catalog import operations
from catalog.forms.moderation import ImageForm
from catalog.policies import SELLING_ROLES
from catalog.queries.listings.changed_since import pictures_alone
from catalog.queries.listings.workbench import EditorPage, editor_page, too_small
from marketplace.accounts.access import member_required
from marketplace.accounts.middleware import CompanyRequest
from marketplace.core.errors import DomainError, NotFound
from marketplace.core.formatting import format_number
from marketplace.core.ids import new_key
from marketplace.core.transactions import tried
from marketplace.files.rules import clean_name


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one file: kept or not, and what to know of it."""

    name: str
    is_kept: bool
    text: str


@require_http_methods(["GET", "HEAD", "POST"])
@member_required(*SELLING_ROLES)
def pictures(request: CompanyRequest, ref: str) -> HttpResponse:
    """The part with the pictures; a POST adds those that are sent and says of each what became of it."""
    page = editor_page(ref, request.actor)
    if request.method != "POST":
        return _part(request, page, None) if _is_part(request) else to_pictures(ref)
    key = request.POST.get("idempotency_key", "")[:60] or new_key()
    sent = add_pictures(request, ref, request.FILES.getlist("images"), key=key)
    if request.headers.get("Accept", "").startswith("application/json"):
        rows = [{"kept": one.is_kept, "text": one.text} for one in sent]
        return JsonResponse({"files": rows, "revision": _carried(request, page)})
    say_what_became(request, sent)
    return to_pictures(ref)


@require_POST
@member_required(*SELLING_ROLES)
def picture(request: CompanyRequest, ref: str, file_ref: str) -> HttpResponse:
    """Describe, move or remove one picture."""
    form = ImageForm(request.POST)
    page = editor_page(ref, request.actor)
    if file_ref not in {one.ref for one in page.images}:
        raise NotFound
    if form.is_valid():
        said = _step(request, form.cleaned_data, page, file_ref)
    else:
        said = _("Describe the picture in at most 160 characters.")
    if _is_part(request):
        return _part(request, editor_page(ref, request.actor), _carried(request, page), said=said)
    if said:
        (messages.success if form.is_valid() else messages.error)(request, said)
    return to_pictures(ref)


def add_pictures(
    request: CompanyRequest, ref: str, uploads: Iterable[UploadedFile[Any]], *, key: str
) -> list[Sent]:
    """Add each file that can be taken; of the others, why not. Every file is an operation of its own."""
    sent = []
    for number, upload in enumerate(uploads):
        add = partial(
            operations.add_image,
            product_ref=ref,
            upload=upload,
            actor=request.actor,
            key=f"{key}:image{number}",
            at=request.at,
        )
        refused: list[DomainError] = []
        image = tried(add, refused.append)
        text = too_small(image) if image else refused[0].text
        sent.append(Sent(clean_name(upload.name or ""), is_kept=image is not None, text=text))
    return sent


def say_what_became(request: HttpRequest, sent: Iterable[Sent]) -> bool:
    """Tell it with the next page; whether any file was refused."""
    sent = list(sent)
    kept = [one for one in sent if one.is_kept]
    for one in sent:
        if one.text:
            tell = messages.warning if one.is_kept else messages.error
            tell(
                request, f"“{one.name}”: {one.text}" if one.is_kept or one.name not in one.text else one.text
            )
    if kept:
        text = ngettext("%(n)s picture added.", "%(n)s pictures added.", len(kept))
        messages.success(request, text % {"n": format_number(len(kept))})
    return len(kept) < len(sent)


def to_pictures(ref: str) -> HttpResponse:
    """Back to the part of the editor with the pictures."""
    response = redirect("workbench_product", ref)
    response["Location"] += "#pictures"
    return response


def _step(request: CompanyRequest, data: dict[str, Any], page: EditorPage, file_ref: str) -> str:
    """Take the step on the picture; what to say of it, if anything."""
    image = next(one for one in page.images if one.ref == file_ref)
    step, actor, at = data["step"], request.actor, request.at
    if step == "remove":
        operations.remove_image(product_ref=page.ref, file_ref=file_ref, actor=actor, at=at)
        return _("The picture was removed.")
    if step == "describe":
        alt = data["alt"]
        operations.describe_image(product_ref=page.ref, file_ref=file_ref, alt=alt, actor=actor, at=at)
        return _("The description was saved.")
    steps = {"first": 1, "up": image.position - 1, "down": image.position + 1}
    place = data["position"] or image.position if step == "place" else steps[step]
    operations.move_image(product_ref=page.ref, file_ref=file_ref, to_position=place, actor=actor, at=at)
    return _("Picture %(number)s is now in place %(place)s.") % {
        "number": format_number(image.position),
        "place": format_number(max(1, min(place, len(page.images)))),
    }


def _is_part(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


def _carried(request: CompanyRequest, before: EditorPage) -> int | None:
    """The revision that the form beside the pictures goes on from, when nothing but pictures was changed since its own.

    A form that was opened before somebody else's change keeps its old revision, so that saving says so.
    """
    typed_over = request.POST.get("revision", "")
    known = int(typed_over) if typed_over.isascii() and typed_over.isdigit() and len(typed_over) < 10 else 0
    revision = editor_page(before.ref, request.actor).revision
    if not known or not pictures_alone(before.product_id, known, revision):
        return None
    operations.carry_input(product_id=before.product_id, revision=known, to=revision, actor=request.actor)
    return revision


def _part(request: CompanyRequest, page: EditorPage, revision: int | None, *, said: str = "") -> HttpResponse:
    """The pictures as they are now and, with it, the revision for the form beside them."""
    context = {"page": page, "said": said, "revision": revision}
    return render(request, "catalog/workbench/_pictures_answer.html", context)
