"""The house rules that no linter knows: rooms, names, one writer of state, one clock, no inline code in pages."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, name_of, nodes_of, sources, text_of, tree_of

DRAWERS = {"utils.py", "helpers.py", "services.py", "managers.py"}
LONGEST_FILE = 450
PURE_ROOMS = ("rules.py", "policies.py", "states.py", "errors.py")


def templates() -> Iterator[Path]:
    yield from sorted((ROOT / "templates").rglob("*.html"))


def test_no_drawer_modules() -> None:
    assert [name_of(p) for p in sources() if p.name in DRAWERS] == []


def test_no_file_is_too_long() -> None:
    long = {name_of(p): n for p in sources() if (n := len(text_of(p).splitlines())) > LONGEST_FILE}
    assert long == {}


def test_every_module_says_what_it_owns() -> None:
    silent = [name_of(p) for p in sources() if p.name != "__init__.py" and not ast.get_docstring(tree_of(p))]
    assert silent == []


def test_only_move_to_assigns_a_state() -> None:
    """`x.state = …` and `.update(state=…)` outside core would be a step nobody recorded."""
    found = []
    for path in sources():
        if name_of(path).startswith("marketplace/core/"):
            continue
        for node in nodes_of(path):
            if isinstance(node, ast.Assign | ast.AugAssign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                found += [
                    f"{name_of(path)}:{node.lineno}"
                    for target in targets
                    if isinstance(target, ast.Attribute) and target.attr == "state"
                ]
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "update"
            ):
                found += [f"{name_of(path)}:{node.lineno}" for kw in node.keywords if kw.arg == "state"]
    assert found == []


def test_operations_rules_and_models_are_given_the_clock() -> None:
    found = [
        name_of(p)
        for p in sources()
        if (
            p.name in {"operations.py", "rules.py", "models.py", "policies.py"}
            or p.parent.name in {"operations", "models"}
        )
        and re.search(r"core import .*\bclock\b|core\.clock|auto_now|timezone\.now", p.read_text())
    ]
    assert found == []


@pytest.mark.parametrize("room", PURE_ROOMS)
def test_pure_rooms_touch_no_database(room: str) -> None:
    found = [
        name_of(p)
        for p in sources()
        if p.name == room
        and re.search(
            r"\.objects\b|from django\.db import (connection|transaction)|\bsettings\.[A-Z]", p.read_text()
        )
    ]
    assert found == []


def test_views_tasks_and_webhooks_do_not_write_rows() -> None:
    pattern = re.compile(r"\.objects\.(create|bulk_create|update|get_or_create|update_or_create)\(|\.save\(")
    rooms = {"views.py", "webhooks.py", "api.py", "tasks.py", "forms.py", "queries.py"}
    found = [
        f"{name_of(p)}:{number}"
        for p in sources()
        if p.name in rooms or p.parent.name in {"views", "queries"}
        for number, line in enumerate(p.read_text().splitlines(), 1)
        if pattern.search(line)
    ]
    assert found == []


def test_models_override_no_save_and_have_no_default_order() -> None:
    found = []
    for path in sources():
        if path.name != "models.py" and path.parent.name != "models":
            continue
        for node in nodes_of(path):
            if isinstance(node, ast.FunctionDef) and node.name in {"save", "delete"}:
                found.append(f"{name_of(path)}:{node.lineno} {node.name}")
            if isinstance(node, ast.ClassDef) and node.name == "Meta":
                found += [
                    f"{name_of(path)}:{item.lineno} ordering"
                    for item in node.body
                    if isinstance(item, ast.Assign)
                    and any(getattr(t, "id", "") == "ordering" for t in item.targets)
                ]
    assert found == []


def test_there_are_no_signals_but_post_migrate() -> None:
    found = [
        name_of(p)
        for p in sources()
        if re.search(r"django\.(dispatch|db\.models\.signals) import (?!.*post_migrate)", p.read_text())
    ]
    assert found == []


def test_pages_hold_no_inline_style_or_script() -> None:
    pattern = re.compile(
        r"\sstyle=|\son[a-z]+=\"|<style|<script(?![^>]*src=)|href=\"javascript:|\bdata:image"
    )
    found = [
        f"{name_of(p)}:{number}"
        for p in templates()
        for number, line in enumerate(p.read_text().splitlines(), 1)
        if pattern.search(line)
    ]
    assert found == []


def test_style_sheets_use_tokens_and_logical_properties() -> None:
    """Raw colours only in tokens.css; no left and right, so that right-to-left works from the same file."""
    found = []
    physical = re.compile(
        r"^\s*(margin|padding|border|inset)-(left|right)\b|^\s*(left|right)\s*:|text-align:\s*(left|right)"
    )
    colour = re.compile(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(|\bhsla?\(|\boklch\(")
    for path in sorted((ROOT / "static" / "css").rglob("*.css")):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if physical.search(line) or (
                path.name not in {"tokens.css", "print.css"} and colour.search(line)
            ):
                found.append(f"{name_of(path)}:{number} {line.strip()}")
    assert found == []


def test_commit_holds_no_machine_path_and_no_third_party_asset() -> None:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert [name for name in listed if re.search(r"\.min\.(js|css)$|\.woff2?$|\.ttf$", name)] == []
    machine = re.compile(r"(?<![\w.])/(root|work|opt/pypi|home/[a-z]+)/")
    found = []
    for name in listed:
        path = ROOT / name
        if (
            path.suffix in {".py", ".md", ".toml", ".txt", ".lock", ".html", ".css", ".js", ".json", ".yml"}
            and path.is_file()
        ):
            found += [
                f"{name}:{n}"
                for n, line in enumerate(path.read_text().splitlines(), 1)
                if machine.search(line)
            ]
    assert found == []
