"""The specimen page as it leaves the server, without a database: shared by the tests of the look."""

from __future__ import annotations

from types import SimpleNamespace

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import RequestFactory
from pytest_django import Settings

from tests.design.specimen import specimen


def without_database_context(settings: Settings) -> None:
    """The frame is looked at alone: its own names of pages, no context processor that asks the database."""
    templates = settings.TEMPLATES
    options = templates[0]["OPTIONS"]
    keep = [name for name in options["context_processors"] if name.startswith("django.template.")]
    settings.ROOT_URLCONF = "tests.design.urls"
    settings.TEMPLATES = [{**templates[0], "OPTIONS": {**options, "context_processors": keep}}]


def a_request(*, signed_in: bool) -> HttpRequest:
    """A request as the middleware leaves it."""
    request = RequestFactory().get("/", {"q": '"><b>rice'})
    person = SimpleNamespace(is_authenticated=True, is_anonymous=False, name="Anneke de Vries")
    request.user = person if signed_in else AnonymousUser()  # type: ignore[assignment]  # a stand-in, not a row
    return request


def a_shell() -> SimpleNamespace:
    """What the context processor gives to a signed-in member of two companies."""
    return SimpleNamespace(
        operator_name="Export Board", cart_count=2, enquiry_count=4, unread_count=5, acting_company_name="Holland Food",
        acting_company_sells=True, companies=[SimpleNamespace(id=1, ref="com_1", name="Holland Food")],
        desks=[("Disputes", "/desk/disputes/")], sandbox_active=True, mailbox_url="", waiting_count=3,
    )  # fmt: skip


def rendered(*, signed_in: bool = True, bound: bool = True) -> str:
    """The specimen's HTML; `bound` shows its form with wrong input."""
    shell = a_shell() if signed_in else SimpleNamespace(operator_name="Export Board")
    request = a_request(signed_in=signed_in)
    return render_to_string(
        "components/specimen.html", {"s": specimen(bound=bound), "shell": shell}, request=request
    )
