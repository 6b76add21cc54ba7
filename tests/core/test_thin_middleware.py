"""What is kept says the same as what others would have written anew."""

from __future__ import annotations

from typing import Any

import pytest
import structlog
from csp.middleware import CSPMiddleware
from django.http import HttpResponse
from django.test import RequestFactory
from django_structlog.middlewares import RequestMiddleware

from marketplace.core.thin_middleware import LogMiddleware, PolicyMiddleware

HEADER = "Content-Security-Policy"


def answer(_request: object) -> HttpResponse:
    return HttpResponse("x")


def policy_of(response: Any) -> set[str]:
    return set(response.headers[HEADER].split("; "))


def test_policy_is_the_one_that_is_written_each_time(rf: RequestFactory, settings: Any) -> None:
    kept = PolicyMiddleware(answer)

    for _again in range(2):
        assert policy_of(kept(rf.get("/"))) == policy_of(CSPMiddleware(answer)(rf.get("/")))

    settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": {"default-src": ["'none'"]}}
    assert policy_of(kept(rf.get("/"))) == {"default-src 'none'"}


def test_answer_with_a_policy_of_its_own_keeps_it(rf: RequestFactory) -> None:
    def with_own(_request: object) -> HttpResponse:
        response = HttpResponse("x")
        response.headers[HEADER] = "sandbox"
        return response

    assert policy_of(PolicyMiddleware(with_own)(rf.get("/"))) == {"sandbox"}


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"HTTP_X_FORWARDED_FOR": "203.0.113.7, 10.0.0.1"},
        {"HTTP_X_REAL_IP": "203.0.113.8"},
        {"HTTP_FORWARDED": "for=203.0.113.9"},
        {"HTTP_CF_CONNECTING_IP": "203.0.113.10"},
        {"REMOTE_ADDR": ""},
    ],
)
def test_address_in_the_log_is_the_one_that_others_find(rf: RequestFactory, said: dict[str, str]) -> None:
    request = rf.get("/")
    request.META.update(said)
    found = []
    for middleware in (LogMiddleware, RequestMiddleware):
        structlog.contextvars.clear_contextvars()
        middleware.bind_ip(request)
        found.append(structlog.contextvars.get_contextvars().get("ip"))
    structlog.contextvars.clear_contextvars()

    assert found[0] == found[1]
