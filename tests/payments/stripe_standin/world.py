"""The ground of the imitated account: objects by id, lists, expansion, events, the balance and its lines."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any

Thing = dict[str, Any]
CHARGE_FEE = 30
DISPUTE_FEE = 1_500


class Refusal(Exception):
    """An error as the API words it."""

    def __init__(
        self,
        message: str,
        *,
        code: str = "",
        param: str = "",
        status: int = 400,
        kind: str = "invalid_request_error",
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body: Thing = {
            "error": {"type": kind, "message": message, "code": code or None, "param": param or None}
        }


class Ground:
    """State without rules."""

    def __init__(self) -> None:
        self.now = 0
        self.live = False
        self.things: dict[str, Thing] = {}
        self.events: list[Thing] = []
        self.available: dict[str, int] = {}
        self._count = 0

    # --- objects ---------------------------------------------------------------------------------------------

    def make(self, prefix: str, kind: str, **fields: Any) -> Thing:
        self._count += 1
        name = f"{prefix}_standin{self._count:06d}"
        thing = {"id": name, "object": kind, "created": self.now, "livemode": self.live, **fields}
        self.things[name] = thing
        return thing

    def get(self, name: str, kind: str) -> Thing:
        thing = self.things.get(name)
        if thing is None or thing["object"] != kind:
            raise Refusal(f"No such {kind}: '{name}'", code="resource_missing", param="id", status=404)
        return thing

    def all(self, kind: str) -> list[Thing]:
        return [thing for thing in self.things.values() if thing["object"] == kind]

    def page(self, things: Iterable[Thing], params: Thing, url: str) -> Thing:
        """A list, newest first, with Stripe's cursors."""
        rows = [row for row in reversed(list(things)) if _in_window(row, params.get("created"))]
        if after := params.get("starting_after"):
            names = [row["id"] for row in rows]
            rows = rows[names.index(after) + 1 :]
        limit = params.get("limit", 10)
        if not 1 <= limit <= 100:
            raise Refusal("limit is from 1 to 100", code="parameter_invalid_integer", param="limit")
        return {"object": "list", "url": url, "has_more": len(rows) > limit, "data": rows[:limit]}

    def expanded(self, answer: Thing, paths: Iterable[str]) -> Thing:
        shown = copy.deepcopy(answer)
        for path in paths:
            self._expand(shown, path.split("."))
        return shown

    def _expand(self, thing: Any, names: list[str]) -> None:
        if not names or thing is None:
            return
        if isinstance(thing, list):
            for row in thing:
                self._expand(row, names)
            return
        name, rest = names[0], names[1:]
        if name not in thing:
            raise Refusal(f"This property cannot be expanded ({name}).", param="expand")
        if isinstance(thing[name], str) and thing[name] in self.things:
            thing[name] = copy.deepcopy(self.things[thing[name]])
        self._expand(thing[name], rest)

    # --- what happens ----------------------------------------------------------------------------------------

    def tell(self, kind: str, thing: Thing) -> Thing:
        """An event with a copy of the object as it is now."""
        event = self.make("evt", "event", type=kind, account=None, api_version="2026-10-28.endive")
        event["data"] = {"object": copy.deepcopy(thing)}
        self.events.append(event)
        return event

    def tell_thin(self, kind: str, thing: Thing) -> Thing:
        """An event of API v2: only the name of what it is about."""
        event = self.make("evt", "v2.core.event", type=kind, context=None, reason=None)
        event["related_object"] = {
            "id": thing["id"],
            "type": thing["object"],
            "url": f"/v2/core/accounts/{thing['id']}",
        }
        self.events.append(event)
        return event

    def line(
        self, kind: str, source: Thing, amount: int, currency: str, *, fee: int = 0, category: str = ""
    ) -> Thing:
        """A line of the balance; what it changes is usable at once, but for charges (`settle_balance`)."""
        row = self.make(
            "txn",
            "balance_transaction",
            type=kind,
            reporting_category=category or kind,
            source=source["id"],
            amount=amount,
            currency=currency,
            fee=fee,
            fee_details=[],
            net=amount - fee,
            description=None,
            status="available",
            available_on=self.now,
        )
        if kind not in {"charge", "payment"}:
            self.available[currency] = self.available.get(currency, 0) + amount - fee
        else:
            row["status"] = "pending"
        return row

    def settle_balance(self) -> None:
        """Days pass: what was charged becomes usable."""
        for row in self.all("balance_transaction"):
            if row["status"] == "pending":
                row["status"] = "available"
                self.available[row["currency"]] = self.available.get(row["currency"], 0) + row["net"]


def _in_window(row: Thing, window: Any) -> bool:
    if not window:
        return True
    if isinstance(window, int):
        return bool(row["created"] == window)
    created = row["created"]
    return bool(
        created >= window.get("gte", 0)
        and created > window.get("gt", -1)
        and created < window.get("lt", 2**40)
        and created <= window.get("lte", 2**40)
    )
