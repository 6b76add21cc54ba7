"""What the pages share: a step behind one button, and a form whose refusal leaves it as it was."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from marketplace.core.errors import DomainError, NotAllowed, NotFound
from marketplace.core.forms import add_domain_error, sent_key
from marketplace.core.transactions import retrying


def key_of(request: HttpRequest) -> str:
    """The idempotency key a button brought; `Rejected` follows from an empty one, as from none of a person's."""
    return sent_key(request.POST.get("idempotency_key", ""))


def step(
    request: HttpRequest, operation: Callable[[], object], *, done: str, to: str, ref: str
) -> HttpResponse:
    """A step behind one button: done with its message, or back with the refusal in words.

    What a person may not know of or do goes on to the error page.
    """
    try:
        retrying(operation)
    except (NotFound, NotAllowed):
        raise
    except DomainError as error:
        messages.error(request, error.text)
    else:
        messages.success(request, done)
    return redirect(to, ref)


def tried(form: forms.Form, operation: Callable[[], object]) -> bool:
    """Whether the operation went through; a refusal stands in the form, beside its field."""
    try:
        retrying(operation)
    except (NotFound, NotAllowed):
        raise
    except DomainError as error:
        add_domain_error(form, error)
        return False
    return True
