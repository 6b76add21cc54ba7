"""More of the house rules that no linter knows: doors between apps, directions, signatures, guards that exist."""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db.models import DateField, DateTimeField, ForeignKey
from django.urls import URLResolver, get_resolver

from tests.architecture.sources import (
    APPS,
    ROOT,
    app_of,
    imports_of,
    module_of,
    name_of,
    nodes_of,
    room,
    sources,
    text_of,
    tree_of,
)

FLOORS = list(APPS)
DOORS = {"models", "states", "errors", "queries", "operations"}
# What else an app opens to those above it.
SIDE_DOORS = {
    "marketplace.accounts": {"access", "middleware", "rules"},  # who may enter a view, and for which company
    "marketplace.files": {"kinds", "rules", "uploads"},
    "catalog": {"rules", "words"},  # prices, variants and stock are reckoned in one way everywhere
    "orders": {"clocks", "rules"},
    "trade_assurance.payments": {"providers"},
    "trade_assurance.holds": {"rules"},
}
# Where nobody is named, it is the provider that the row names.
BY_THE_PROVIDER = {"move_operation", "close_pay_in"}
LONGEST_FUNCTION = 60


def test_apps_enter_each_other_by_their_doors() -> None:
    found = []
    for path in sources():
        here = app_of(module_of(path))
        for line, name in imports_of(path):
            other = app_of(name)
            if not here or not other or other in (here, "marketplace.core") or here == "marketplace.demo":
                continue
            door = name.removeprefix(f"{other}.").split(".")[0]
            if door not in DOORS | SIDE_DOORS.get(other, set()) and name.rpartition(".")[0] != other:
                found.append(f"{name_of(path)}:{line} {name}")
    assert found == []


def test_foreign_keys_point_down_only() -> None:
    floor = {label: number for number, label in enumerate(APPS.values())}
    found = [
        f"{model._meta.label}.{field.name} → {field.related_model._meta.label}"
        for model in apps.get_models()
        if model._meta.app_label in floor
        for field in model._meta.get_fields()
        if isinstance(field, ForeignKey)
        and floor.get(field.related_model._meta.app_label, -1) > floor[model._meta.app_label]
    ]
    assert found == []


def test_python_reverses_only_addresses_of_its_own_or_lower_apps() -> None:
    home = dict(_routes(get_resolver()))
    found = []
    for path in sources():
        here = app_of(module_of(path))
        for node in nodes_of(path):
            if not here or not isinstance(node, ast.Call) or not node.args:
                continue
            called, first = getattr(node.func, "id", ""), node.args[0]
            if (
                called in {"reverse", "reverse_lazy", "redirect"}
                and isinstance(first, ast.Constant)
                and isinstance(first.value, str)
            ):
                owner = home.get(first.value, "")
                if owner and FLOORS.index(owner) > FLOORS.index(here):
                    found.append(f"{name_of(path)}:{node.lineno} {first.value} of {owner}")
    assert found == []


def _routes(resolver: URLResolver) -> Iterator[tuple[str, str]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _routes(entry)
        elif entry.name:
            yield entry.name, app_of(getattr(entry.callback, "__module__", ""))


@pytest.mark.parametrize(
    ("rooms", "banned"),
    [
        (("rules", "policies", "states", "errors"), r"django\.(db\.(connection|transaction)|conf|http|shortcuts|template|contrib)"),
        (("states", "errors"), r"(catalog|orders|trade_assurance|marketplace\.(?!core))(?!.*\.(states|errors))"),
        (("models", "querysets"), r"django\.(http|shortcuts|template|contrib\.messages)"),
        (("operations", "queries", "forms"), r"django\.(shortcuts|contrib\.messages)|stripe"),
    ],
)  # fmt: skip
def test_rooms_know_only_what_they_need(rooms: tuple[str, ...], banned: str) -> None:
    pattern = re.compile(banned)
    found = [
        f"{name_of(path)}:{line} {name}"
        for path in room(*rooms)
        for line, name in imports_of(path)
        if pattern.match(name)
    ]
    assert found == []


def test_policies_answer_and_raise_nothing() -> None:
    found = [
        f"{name_of(path)}:{node.lineno}"
        for path in room("policies")
        for node in nodes_of(path)
        if isinstance(node, ast.Raise)
    ]
    assert found == []


def test_what_rules_and_queries_answer_is_frozen() -> None:
    found = [
        f"{name_of(path)}:{node.lineno} {node.name}"
        for path in room("rules", "queries")
        for node in nodes_of(path)
        if isinstance(node, ast.ClassDef)
        for mark in map(ast.unparse, node.decorator_list)
        if mark.startswith("dataclass") and "frozen=True" not in mark
    ]
    assert found == []


def test_steps_say_what_they_do_and_who_takes_them() -> None:
    """A public operation has a docstring; whoever acts is named by keyword in what is called from outside, and is somebody."""
    found = []
    for path in room("operations"):
        for node in tree_of(path).body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                continue
            if not ast.get_docstring(node):
                found.append(f"{name_of(path)}:{node.lineno} {node.name} says nothing")
            actors = [arg for arg in (*node.args.args, *node.args.kwonlyargs) if arg.arg == "actor"]
            unnamed = any("None" in ast.unparse(arg.annotation) for arg in actors if arg.annotation)
            if unnamed and node.name not in BY_THE_PROVIDER:
                found.append(f"{name_of(path)}:{node.lineno} {node.name} may be taken by nobody")
            is_whole = any("atomic" in ast.unparse(mark) for mark in node.decorator_list)
            if is_whole and any(arg in node.args.args for arg in actors):
                found.append(f"{name_of(path)}:{node.lineno} {node.name} is not called by keyword")
    assert found == []


def test_functions_stay_short() -> None:
    long = {
        f"{name_of(path)}:{node.name}"
        for path in sources()
        for node in nodes_of(path)
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION
    }
    assert long == set()


def test_every_named_guard_is_in_the_database() -> None:
    """`# INVARIANT: … (enforced by <name>)` names a constraint, an index or a trigger that there is."""
    named = re.compile(r"enforced by `?(\w+_\w+)`?(?:, (\w+_\w+))?\)")
    schema = "\n".join(
        path.read_text()
        for package in ("catalog", "orders", "trade_assurance", "marketplace")
        for path in (ROOT / package).rglob("migrations/**/*")
        if path.suffix in {".py", ".sql"}
    )
    found = [
        f"{name_of(path)}: {name}"
        for path in sources()
        for names in named.findall(text_of(path))
        for name in names
        if name and name not in schema
    ]
    assert found == []


def test_every_exception_to_a_rule_has_a_reason() -> None:
    bare = re.compile(r"# noqa(?!: [A-Z0-9, ]+ -- \w)|# type: ignore(?!\[[\w, -]+\]  # \w)|# pragma")
    found = [
        f"{name_of(path)}:{number}"
        for path in sources()
        for number, line in enumerate(text_of(path).splitlines(), 1)
        if bare.search(line)
    ]
    assert found == []


def test_the_launcher_begins_with_the_standard_library_alone() -> None:
    path = ROOT / "marketplace" / "local_services" / "bootstrap.py"
    strangers = [
        name for _line, name in imports_of(path) if name.split(".")[0] not in sys.stdlib_module_names
    ]
    assert strangers == []


def test_days_and_moments_are_named_so() -> None:
    """`_at` is a moment and `_on` a day, never the other way round."""
    found = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if model._meta.app_label in APPS.values()
        for field in model._meta.fields
        if isinstance(field, DateField)
        and field.name.endswith("_on" if isinstance(field, DateTimeField) else "_at")
    ]
    assert found == []


def test_codes_of_refusals_are_unique() -> None:
    codes = Counter(
        node.value.value
        for path in room("errors")
        for kind in nodes_of(path)
        if isinstance(kind, ast.ClassDef)
        for node in kind.body
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Constant)
        and getattr(node.targets[0], "id", "") == "code"
    )
    assert [code for code, times in codes.items() if times > 1] == []
    assert len(codes) > 200


def test_later_migrations_wait_for_no_lock_and_say_what_they_do() -> None:
    early = {"0000_extensions", "0002_company_keeps_an_owner", "0002_search_functions", "0002_guards"}
    early |= {"0002_guards_and_posting", "0024_variants_told_apart"}
    found = [
        name_of(path)
        for package in ("catalog", "orders", "trade_assurance", "marketplace")
        for path in (ROOT / package).rglob("migrations/0*.py")
        if "_auto_" in path.stem
        or (
            not path.stem.startswith("0001_")
            and path.stem not in early
            and not re.search("lock_timeout|Concurrently", path.read_text())
        )
    ]
    assert found == []
