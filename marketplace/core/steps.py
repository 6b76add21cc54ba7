"""One step of a page: an operation behind a button or a form, and what the page says of how it went.

What a person may not know of or do is no matter of a form: `NotFound` and `NotAllowed` go on to the error page.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol, TypeVar, runtime_checkable

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from marketplace.core.errors import DomainError
from marketplace.core.forms import add_domain_error, sent_key
from marketplace.core.ids import new_key
from marketplace.core.transactions import refusal_of, tried

T = TypeVar("T")


@runtime_checkable
class TakesRefusals(Protocol):
    """A form that knows by itself beside which of its fields a refusal stands."""

    def add_refusal(self, error: DomainError) -> None:
        """Put it there."""


def key_of(request: HttpRequest) -> str:
    """The idempotency key a button brought; `Rejected` follows from an empty one, as from none of a person's."""
    return sent_key(request.POST.get("idempotency_key", ""))


def key_or_new(request: HttpRequest) -> str:
    """The key a button brought, else one of its own: for a step that nobody minds being asked for again."""
    return key_of(request) or new_key()


def take_step(request: HttpRequest, operation: Callable[[], object], done: str) -> bool:
    """Whether a step behind a button was taken; the next page says `done`, or the refusal in words.

    `done` may be empty where the page shows by itself what was done.
    """
    refusal = refusal_of(operation)
    if refusal:
        messages.error(request, refusal.text)
    elif done:
        messages.success(request, done)
    return refusal is None


def step(
    request: HttpRequest, operation: Callable[[], object], *, done: str, to: str, ref: str
) -> HttpResponse:
    """A step behind one button, and the way back to the page `to` of `ref`."""
    take_step(request, operation, done)
    return redirect(to, ref)


def told(request: HttpRequest, operation: Callable[[], T]) -> T | None:
    """The result of an operation; its refusal is said on the next page, and there is none."""
    return tried(operation, lambda refusal: messages.error(request, refusal.text))


def tried_in(form: forms.BaseForm, operation: Callable[[], T]) -> T | None:
    """The result of an operation; its refusal stands in the form, beside its field, and there is none."""
    return tried(operation, _place_in(form))


def done_in(form: forms.BaseForm, operation: Callable[[], object]) -> bool:
    """Whether an operation whose result nobody needs went through; its refusal stands in the form, beside its field."""
    refusal = refusal_of(operation)
    if refusal:
        _place_in(form)(refusal)
    return refusal is None


def _place_in(form: forms.BaseForm) -> Callable[[DomainError], object]:
    return form.add_refusal if isinstance(form, TakesRefusals) else partial(add_domain_error, form)
