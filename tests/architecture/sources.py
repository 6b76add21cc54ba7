"""The project's own files as the architecture tests read them: each is read and parsed once."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("marketplace", "catalog", "orders", "trade_assurance")
# From the lowest floor up; with the label of the Django app.
APPS = {
    "marketplace.core": "core",
    "marketplace.files": "files",
    "marketplace.accounts": "accounts",
    "marketplace.notifications": "notifications",
    "catalog": "catalog",
    "orders": "orders",
    "trade_assurance.ledger": "ta_ledger",
    "trade_assurance.payments": "ta_payments",
    "trade_assurance.holds": "ta_holds",
    "trade_assurance.disputes": "ta_disputes",
    "marketplace.demo": "demo",
}


@cache
def sources() -> tuple[Path, ...]:
    """Every module but migrations."""
    found = (path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    return tuple(sorted(path for path in found if "migrations" not in path.parts))


@cache
def text_of(path: Path) -> str:
    return path.read_text()


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(text_of(path))


@cache
def nodes_of(path: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(tree_of(path)))


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def app_of(module: str) -> str:
    """The app that a module belongs to; empty for the shell and what is no app."""
    return next((app for app in APPS if f"{module}.".startswith(f"{app}.")), "")


def module_of(path: Path) -> str:
    return name_of(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def room(*names: str) -> Iterator[Path]:
    """The modules of a room, be it one file or a folder."""
    for path in sources():
        if path.stem in names or set(path.relative_to(ROOT).parts[:-1]) & set(names):
            yield path


def imports_of(path: Path) -> Iterator[tuple[int, str]]:
    """Line and full name of everything a module imports, relative imports resolved."""
    here = module_of(path).split(".")
    package = here if path.name == "__init__.py" else here[:-1]
    for node in nodes_of(path):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            origin = ".".join([*base, *([node.module] if node.module else [])])
            yield from ((node.lineno, f"{origin}.{alias.name}") for alias in node.names)
