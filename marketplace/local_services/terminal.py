"""Words to the person at the terminal. Survives a terminal that went away."""

import os
import sys
from typing import Final

COLOURS: Final = {"web": "36", "worker": "33", "beat": "35", "setup": "34", "portolan": "32"}


def say(text: str, *, source: str = "portolan") -> None:
    """Print one line with its source in front."""
    prefix = f"{source:>8} | "
    if sys.stdout.isatty() and "NO_COLOR" not in os.environ:
        prefix = f"\x1b[{COLOURS.get(source, '0')}m{prefix}\x1b[0m"
    write(prefix + text + "\n")


def write(text: str) -> None:
    """Print as it is."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except (BrokenPipeError, OSError):
        # nobody reads any more: go on serving, and stop trying
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 -- it stays open on purpose
