"""The supervisor's crew: lines, order, stopping what does not want to stop."""

import signal
import sys
import time

import pytest

from marketplace.local_services.children import Child, Crew
from marketplace.local_services.processes import is_alive


def _child(code: str, **options: object) -> Child:
    return Child("test", [sys.executable, "-c", code], {}, **options)  # type: ignore[arg-type]


def test_lines_are_prefixed_and_a_last_line_without_end_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    crew = Crew()
    child = _child("print('one'); print('two', end='')")
    assert crew.run(child) == 0
    assert child.lines == ["one", "two"]
    assert capsys.readouterr().out == "    test | one\n    test | two\n"


def test_a_quiet_child_keeps_its_lines_to_itself(capsys: pytest.CaptureFixture[str]) -> None:
    child = _child("print('secret'); raise SystemExit(3)", quiet=True)
    assert Crew().run(child) == 3
    assert child.lines == ["secret"]
    assert capsys.readouterr().out == ""


def test_a_child_that_ignores_sigterm_is_killed_with_its_own_children() -> None:
    crew = Crew()
    child = _child(
        "import signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "grandchild = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print(grandchild.pid, flush=True); time.sleep(60)",
        stop_signals=((signal.SIGTERM, 0.3), (signal.SIGKILL, 5.0)),
    )
    crew.start(child)
    assert crew.wait_until(lambda: bool(child.lines), 20)
    grandchild = int(child.lines[0])
    crew.stop(child)
    assert not child.is_running
    deadline = time.monotonic() + 5
    while is_alive(grandchild) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_alive(grandchild)


def test_a_flood_of_lines_does_not_block_the_child() -> None:
    crew = Crew()
    child = _child("for n in range(20000): print(n)", quiet=True)
    assert crew.run(child) == 0
    assert child.lines[-1] == "19999"
