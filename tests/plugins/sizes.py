"""How big the random, racing and killing tests are: `test`, `check` or `soak` (PORTOLAN_SIZE).

A test asks `size(few, some, many)` for its number and leaves hypothesis to the profile of that name; the
header of every run says which size it is, so that a green run is never mistaken for a bigger one.
"""

import os

import pytest
from hypothesis import HealthCheck, settings

SIZES = ("test", "check", "soak")
EXAMPLES = {"test": 25, "check": 100, "soak": 5000}


def chosen_size() -> str:
    """The size of this run; PORTOLAN_SIZE, or `test`."""
    size = os.environ.get("PORTOLAN_SIZE") or "test"
    if size not in SIZES:
        message = f"PORTOLAN_SIZE={size} is none of {', '.join(SIZES)}"
        raise pytest.UsageError(message)
    return size


def size(test: int, check: int, soak: int) -> int:
    """The number for this run."""
    return {"test": test, "check": check, "soak": soak}[chosen_size()]


def pytest_configure() -> None:
    """Let hypothesis follow; deadlines are off because the machine may be busy with other tests."""
    for name, examples in EXAMPLES.items():
        settings.register_profile(
            name,
            max_examples=examples,
            deadline=None,
            print_blob=True,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
        )
    settings.load_profile(chosen_size())


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say the size, with -q too."""
    name = chosen_size()
    terminalreporter.write_line(
        f"Size of random tests: {name} ({EXAMPLES[name]} examples for each property)."
    )
