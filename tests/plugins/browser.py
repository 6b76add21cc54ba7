"""Gives browser tests the Chromium of the machine; says it when there is none.

PORTOLAN_CHROMIUM names one; else the system's is looked for. Without one, tests marked `browser` are
skipped and the last lines say so; with PORTOLAN_REQUIRE_BROWSER=1 (make check) that is an error.
"""

import os
import shutil
from typing import Any

import pytest
from django.core.servers.basehttp import WSGIRequestHandler

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# The network switches keep Chromium from looking for its maker's hosts at every start.
ARGUMENTS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]

# Playwright's synchronous interface runs inside an event loop of its own; Django would refuse the ORM there.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


def find_chromium() -> str | None:
    """The program to drive, or None."""
    return os.environ.get("PORTOLAN_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def launch_arguments() -> list[str]:
    """Chromium's switches; it has no sandbox for root."""
    return [*ARGUMENTS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]


class BrowserFixtures:
    """Registered late, so that these win over pytest-playwright's own."""

    @pytest.fixture(scope="session")
    @classmethod
    def browser_type_launch_args(cls, browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
        """Start the machine's Chromium; Playwright never downloads one."""
        return {**browser_type_launch_args, "executable_path": find_chromium(), "args": launch_arguments()}


# A live server sends head and body at once; otherwise each answer waits 40 ms for the browser's late acknowledgement.
# (A buffer would do the same, but an answer without a body would never leave it.)
WSGIRequestHandler.disable_nagle_algorithm = True


def pytest_configure(config: pytest.Config) -> None:
    """Put our fixtures after pytest-playwright's."""
    config.pluginmanager.register(BrowserFixtures(), "portolan-browser-fixtures")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without a Chromium: skip what needs one, or refuse."""
    wanting = [item for item in items if item.get_closest_marker("browser")]
    if not wanting or find_chromium():
        return
    if os.environ.get("PORTOLAN_REQUIRE_BROWSER") == "1":
        message = "No Chromium was found: install the package chromium, or set PORTOLAN_CHROMIUM."
        raise pytest.UsageError(message)
    for item in wanting:
        item.add_marker(pytest.mark.skip(reason="no Chromium on this machine"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was left out."""
    if find_chromium() is None:
        terminalreporter.write_line(
            "No Chromium was found: the journeys in a browser were skipped (package chromium, or PORTOLAN_CHROMIUM)."
        )
