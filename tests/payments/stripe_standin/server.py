"""The imitated API over real HTTP: who asks, with which parameters, under which key; and mishaps on request.

Every request is held against the library's own definition of it before it reaches the state. API v1 keeps the answer
to a key once work began, a 500 too, and forgets keys after a day; API v2 finishes what a repeated request began.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

from tests.payments.stripe_standin import forms
from tests.payments.stripe_standin.connect import World
from tests.payments.stripe_standin.definitions import Definition, Wrong, definition_of, demand
from tests.payments.stripe_standin.world import Refusal, Thing

KEY = "sk_test_standin"
_FORGET_AFTER = 86_400


@dataclass
class Fault:
    """A mishap: where (verb and path), which, and how often."""

    where: str
    what: str
    times: int = 1
    seconds: float = 0.0


@dataclass
class Answer:
    """What goes back."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Kept:
    """The answer kept under an idempotency key."""

    request: str
    answer: Answer
    at: int


@dataclass
class Seen:
    """One request as it came, for tests to look at."""

    verb: str
    path: str
    key: str
    params: Thing


class Standin:
    """One imitated Stripe account behind an address on loopback."""

    def __init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._lock = threading.Lock()
        self._quiet = threading.Condition()
        self._busy = 0
        self.reset(now=0)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def reset(self, *, now: int) -> None:
        """A new account, at this moment; nothing of an earlier one is still under way."""
        self.settled()
        self.world = World()
        self.world.now = now
        self.kept: dict[str, Kept] = {}
        self.faults: list[Fault] = []
        self.seen: list[Seen] = []

    def fault(self, where: str, what: str, *, times: int = 1, seconds: float = 0.0) -> None:
        """Lay a mishap: lost_before, lost_after, late, error_before, error_after, conflict, rate, garbage, key."""
        self.faults.append(Fault(where, what, times, seconds))

    def posts(self, path: str) -> list[Seen]:
        """The requests that were made of a path, in order."""
        return [one for one in self.seen if one.verb == "post" and one.path == path]

    # --- a request ---------------------------------------------------------------------------------------------

    def answer(self, verb: str, target: str, headers: Any, body: bytes) -> Answer | None:
        """None: the connection breaks."""
        with self._counted():
            return self._answered(verb, target, headers, body)

    def settled(self) -> None:
        """Wait until no request is being worked on any more."""
        with self._quiet:
            assert self._quiet.wait_for(lambda: self._busy == 0, timeout=5)

    @contextmanager
    def _counted(self) -> Iterator[None]:
        with self._quiet:
            self._busy += 1
        try:
            yield
        finally:
            with self._quiet:
                self._busy -= 1
                self._quiet.notify_all()

    def _answered(self, verb: str, target: str, headers: Any, body: bytes) -> Answer | None:
        path = unquote(urlsplit(target).path)
        fault = self._fault(f"{verb} {path}")
        if fault is not None and fault.what == "late":
            time.sleep(fault.seconds)
        if fault is not None and (said := _instead(fault.what)) is not None:
            return said
        if fault is not None and fault.what == "lost_before":
            return None
        with self._lock:
            answer = self._answer(verb, path, target, headers, body, fault.what if fault else "")
        if fault is not None and fault.what == "lost_after":
            return None
        return answer

    def _fault(self, asked: str) -> Fault | None:
        for fault in self.faults:
            if fault.times > 0 and re.search(fault.where, asked):
                fault.times -= 1
                return fault
        return None

    def _answer(self, verb: str, path: str, target: str, headers: Any, body: bytes, mishap: str) -> Answer:
        if headers.get("Authorization") != f"Bearer {KEY}":
            sent = headers.get("Authorization", "")
            return _error(Refusal(f"Invalid API Key provided: {sent}", status=401))
        definition = definition_of(verb, path)
        if definition is None:
            return _error(Refusal(f"Unrecognized request URL ({verb.upper()}: {path}).", status=404))
        key = headers.get("Idempotency-Key", "")
        if verb == "post" and not key:
            return _error(Refusal("A request without a key of its own", code="idempotency_key_missing"))
        try:
            params = _read(definition, path, target, headers, body)
        except Wrong as wrong:
            return _error(Refusal(str(wrong), code=wrong.code, param=wrong.param))
        self.seen.append(Seen(verb, path, key, params))
        if verb != "post":
            return self._do(definition, path, params)
        return self._once(
            key, f"{path} {_shown(params)}", lambda: self._do(definition, path, params), mishap, path
        )

    def _once(self, key: str, request: str, work: Any, mishap: str, path: str) -> Answer:
        kept = self.kept.get(key)
        if kept is not None and self.world.now - kept.at < _FORGET_AFTER:
            if kept.request != request:
                text = "Keys for idempotent requests can only be used with the same parameters."
                return _error(Refusal(text, kind="idempotency_error"))
            return Answer(kept.answer.status, kept.answer.body, {"Idempotent-Replayed": "true"})
        answer: Answer = Answer(0, b"") if mishap == "error_before" else work()
        if mishap in {"error_before", "error_after"}:
            answer = _error(Refusal("An unknown error occurred", status=500, kind="api_error"))
            if path.startswith("/v2/"):
                return answer  # not kept: a repetition is finished
        if answer.status < 400 or answer.status >= 500:
            self.kept[key] = Kept(request, answer, self.world.now)
        return answer

    def _do(self, definition: Definition, path: str, params: Thing) -> Answer:
        match = definition.pattern.match(path)
        assert match is not None
        work = getattr(self.world, _name(definition), None)
        if work is None:
            return _error(
                Refusal(f"The stand-in does not do {definition.verb} {definition.path}", status=501)
            )
        try:
            answer = work(params, *match.groups())
            shown = self.world.expanded(answer, params.get("expand", []))
        except Refusal as refusal:
            return _error(refusal)
        return Answer(200, json.dumps(shown).encode())


def _name(definition: Definition) -> str:
    path = definition.path.removeprefix("/v1/").removeprefix("/")
    words = re.sub(r"\{\w+\}", "id", path).replace("/", "_")
    return f"{definition.verb}_{words}"


def _read(definition: Definition, path: str, target: str, headers: Any, body: bytes) -> Thing:
    kind = headers.get("Content-Type", "")
    if definition.verb == "post" and path.startswith("/v2/"):
        if kind != "application/json":
            raise Wrong("API v2 takes JSON", "", "content_type")
        return demand(forms.read_json(body), definition, typed=True)
    if definition.verb == "post" and kind.startswith("multipart/form-data"):
        return demand(forms.read_multipart(kind, body), definition, typed=False)
    text = body.decode() if definition.verb == "post" else urlsplit(target).query
    return demand(forms.read_form(text), definition, typed=False)


def _shown(params: Thing) -> str:
    return json.dumps(params, sort_keys=True, default=str)


def _instead(what: str) -> Answer | None:
    if what == "conflict":
        text = "There is another request with this key."
        return _error(Refusal(text, code="idempotency_key_in_use", status=409, kind="idempotency_error"))
    if what == "rate":
        return _error(Refusal("Too many requests", code="rate_limit", status=429))
    if what == "garbage":
        return Answer(200, b"<html>a proxy says hello</html>")
    return None


def _error(refusal: Refusal) -> Answer:
    return Answer(refusal.status, json.dumps(refusal.body).encode())


def _handler_of(standin: Standin) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Head and body leave together: apart, each answer waits 40 ms for the late acknowledgement.
        wbufsize = -1

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            answer = standin.answer(self.command.lower(), self.path, self.headers, body)
            if answer is None:
                self.close_connection = True
                self.connection.close()
                return
            self.send_response(answer.status)
            for name, value in {"Request-Id": "req_standin", **answer.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        do_GET = do_POST = do_DELETE = _serve  # noqa: N815

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    return Handler
