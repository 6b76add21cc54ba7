"""What the pages share: the way back to an order, and a form whose refusal leaves it as it was."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from marketplace.core.errors import DomainError, NotAllowed, NotFound
from marketplace.core.forms import add_domain_error, sent_key
from marketplace.core.transactions import retrying
from orders.consumers import order_path


def to_order(ref: str) -> HttpResponse:
    """Back to the order's page."""
    return redirect(order_path(ref))


def answer(
    request: HttpRequest,
    form: forms.Form,
    operation: Callable[[], object],
    *,
    template: str,
    context: dict[str, Any],
    done: str,
    ref: str,
) -> HttpResponse:
    """GET shows the form; POST does the operation and goes to the order, or shows what was not right.

    What a person may not know of or do is not the form's matter and goes on to the error page.
    """
    if request.method == "POST" and form.is_valid():
        try:
            retrying(operation)
        except (NotFound, NotAllowed):
            raise
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, done)
            return to_order(ref)
    return render(request, template, {"form": form, **context}, status=400 if form.errors else 200)


def step(
    request: HttpRequest, operation: Callable[..., object], *, done: str, ref: str, **arguments: object
) -> HttpResponse:
    """A transition behind one button: done with its message, or back to the order with the refusal in words."""
    try:
        retrying(partial(operation, **arguments))
    except (NotFound, NotAllowed):
        raise
    except DomainError as error:
        messages.error(request, error.text)
    else:
        messages.success(request, done)
    return to_order(ref)


def key_of(request: HttpRequest) -> str:
    """The idempotency key a button brought; `Rejected` follows from an empty one, as from none of a person's."""
    return sent_key(request.POST.get("idempotency_key", ""))
