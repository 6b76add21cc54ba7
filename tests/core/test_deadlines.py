"""Deadlines happen once, in order, survive failure, and can be moved, paused and closed."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from marketplace.core import deadlines
from marketplace.core.actors import Actor
from marketplace.core.errors import Conflict, Rejected
from marketplace.core.models import Deadline
from marketplace.core.states import DeadlineState

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)
CLERK = Actor.user(user_id=7, name="Clerk")


class Recorder:
    """A kind whose handler notes what it was asked to do and fails on demand."""

    def __init__(self) -> None:
        self.happened: list[str] = []
        self.locked: list[str] = []
        self.broken: set[str] = set()

    def run(self, deadline: Deadline, at: datetime) -> None:
        self.happened.append(deadline.subject)
        if deadline.subject in self.broken:
            msg = "the handler broke"
            raise RuntimeError(msg)


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    recorder = Recorder()
    deadlines.register_deadline_kind(
        deadlines.DeadlineKind(
            name="test_kind",
            queue="disputes",
            lock=recorder.locked.append,
            run=recorder.run,
            explain=lambda deadline: f"{deadline.subject} ends",
        )
    )
    yield recorder
    deadlines._kinds.pop("test_kind")


def open_one(subject: str, due_at: datetime = AT + DAY) -> Deadline:
    return deadlines.open_deadline(
        kind="test_kind",
        subject=subject,
        root="ord_x",
        started_at=AT,
        due_at=due_at,
        rule="clocks.test_days=1",
    )


def test_sweep_before_due_does_nothing(recorder: Recorder) -> None:
    open_one("a")
    assert deadlines.sweep_due(at=AT) == deadlines.SweepResult(0, 0, 0)
    assert recorder.happened == []


def test_sweep_when_due_happens_once_and_locks_first(recorder: Recorder) -> None:
    open_one("a")
    assert deadlines.sweep_due(at=AT + DAY).done == 1
    assert deadlines.sweep_due(at=AT + DAY).done == 0
    assert (recorder.happened, recorder.locked) == (["a"], ["a"])
    assert Deadline.objects.get().state == DeadlineState.DONE


def test_sweep_goes_oldest_first_and_keeps_to_its_queue_and_limit(recorder: Recorder) -> None:
    for subject, days in (("late", 3), ("early", 1), ("middle", 2)):
        open_one(subject, AT + days * DAY)
    assert deadlines.sweep_due(at=AT + 9 * DAY, queue="holds").done == 0
    assert deadlines.sweep_due(at=AT + 9 * DAY, queue="disputes", limit=2).done == 2
    assert recorder.happened == ["early", "middle"]


def test_failing_handler_keeps_the_row_and_does_not_stop_the_others(recorder: Recorder) -> None:
    recorder.broken.add("a")
    open_one("a")
    open_one("b")
    result = deadlines.sweep_due(at=AT + DAY)
    assert (result.done, result.failed) == (1, 1)
    row = Deadline.objects.get(subject="a")
    assert (row.state, row.attempts) == (DeadlineState.OPEN, 1)
    assert "the handler broke" in row.last_error
    recorder.broken.clear()
    assert deadlines.sweep_due(at=AT + DAY).done == 0, "waits before it tries again"
    assert deadlines.sweep_due(at=AT + DAY + timedelta(hours=1)).done == 1


def test_unknown_kind_keeps_the_row(recorder: Recorder) -> None:
    open_one("a")
    Deadline.objects.update(kind="nobody_knows")
    assert deadlines.sweep_due(at=AT + DAY).failed == 1
    assert Deadline.objects.get().state == DeadlineState.OPEN


def test_a_second_open_one_of_kind_and_subject_is_refused(recorder: Recorder) -> None:
    open_one("a")
    with pytest.raises(IntegrityError), transaction.atomic():
        open_one("a")
    deadlines.close_deadline(kind="test_kind", subject="a", outcome="met", at=AT)
    open_one("a")


def test_closed_deadline_never_happens(recorder: Recorder) -> None:
    open_one("a")
    assert deadlines.close_deadline(kind="test_kind", subject="a", outcome="answered", at=AT)
    assert not deadlines.close_deadline(kind="test_kind", subject="a", outcome="answered", at=AT)
    assert deadlines.sweep_due(at=AT + 9 * DAY).done == 0
    assert recorder.happened == []


def test_moved_deadline_happens_at_the_new_moment_and_remembers_the_old(recorder: Recorder) -> None:
    open_one("a")
    deadlines.move_deadline(
        kind="test_kind", subject="a", due_at=AT + 5 * DAY, reason="the ship waits", actor=CLERK, at=AT
    )
    assert deadlines.sweep_due(at=AT + 2 * DAY).done == 0
    assert Deadline.objects.get().history[0]["was"] == (AT + DAY).isoformat()
    assert deadlines.sweep_due(at=AT + 5 * DAY).done == 1


def test_paused_clock_stands_still_and_needs_a_reason(recorder: Recorder) -> None:
    open_one("a")
    with pytest.raises(Rejected):
        deadlines.pause_deadline(kind="test_kind", subject="a", reason="  ", actor=CLERK, at=AT)
    deadlines.pause_deadline(kind="test_kind", subject="a", reason="port strike", actor=CLERK, at=AT)
    assert deadlines.sweep_due(at=AT + 9 * DAY).done == 0
    assert deadlines.oldest_overdue(AT + 9 * DAY) is None
    resumed = deadlines.resume_deadline(
        kind="test_kind", subject="a", reason="strike over", actor=CLERK, at=AT + 3 * DAY
    )
    assert resumed.due_at == AT + 4 * DAY
    assert deadlines.sweep_due(at=AT + 3 * DAY + timedelta(hours=23)).done == 0
    assert deadlines.sweep_due(at=AT + 4 * DAY).done == 1


def test_moving_what_is_not_open_is_a_conflict(recorder: Recorder) -> None:
    with pytest.raises(Conflict):
        deadlines.move_deadline(kind="test_kind", subject="a", due_at=AT, reason="x", actor=CLERK, at=AT)


def test_leased_deadline_is_taken_again_after_the_lease(recorder: Recorder) -> None:
    open_one("a")
    assert deadlines._claim(AT + DAY, None, 10) != []
    assert deadlines.sweep_due(at=AT + DAY).done == 0, "another worker holds it"
    assert deadlines.sweep_due(at=AT + DAY + deadlines.LEASE).done == 1


def test_open_deadlines_of_a_trade_are_explained_soonest_first(recorder: Recorder) -> None:
    open_one("b", AT + 2 * DAY)
    open_one("a")
    lines = deadlines.open_deadlines("ord_x")
    assert [(line.subject, line.explanation) for line in lines] == [("a", "a ends"), ("b", "b ends")]
    assert deadlines.oldest_overdue(AT + 3 * DAY) == AT + DAY
    assert deadlines.next_wake() == AT + DAY
