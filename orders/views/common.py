"""What the pages share: the way back to an order, and a form whose refusal leaves it as it was."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from marketplace.core.steps import done_in, take_step
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
    if request.method == "POST" and form.is_valid() and done_in(form, operation):
        messages.success(request, done)
        return to_order(ref)
    return render(request, template, {"form": form, **context}, status=400 if form.errors else 200)


def step(
    request: HttpRequest, operation: Callable[..., object], *, done: str, ref: str, **arguments: object
) -> HttpResponse:
    """A transition behind one button: done with its message, or back to the order with the refusal in words."""
    take_step(request, partial(operation, **arguments), done)
    return to_order(ref)
