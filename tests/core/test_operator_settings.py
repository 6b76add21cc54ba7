"""Operator settings: bounds, desk, history, and copies that stay as they were."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from marketplace.core import operator_settings as settings_of
from marketplace.core.actors import Actor
from marketplace.core.errors import Conflict, NotAllowed, NotFound
from marketplace.core.models import OperatorSettingChange
from marketplace.core.operator_settings import SettingDefinition, SettingKind

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
OPERATOR = Actor.user(user_id=1, name="Olu", desks=frozenset({"operator"}))
FINANCE = Actor.user(user_id=2, name="Fay", desks=frozenset({"finance"}))
KEY = "testing.answer_days"


@pytest.fixture(autouse=True)
def definition() -> Iterator[None]:
    settings_of.register_settings(
        SettingDefinition(KEY, "Testing", SettingKind.DAYS, 3, "Days to answer", minimum=1, maximum=30)
    )
    yield
    settings_of._definitions.pop(KEY)


def test_value_of_is_the_default_until_changed() -> None:
    assert settings_of.value_of(KEY) == 3
    settings_of.change_setting(key=KEY, value=5, actor=OPERATOR, at=AT, reason="holidays")
    assert settings_of.value_of(KEY) == 5
    change = OperatorSettingChange.objects.get()
    assert (change.before, change.after, change.reason, change.actor_label) == (3, 5, "holidays", "Olu")


def test_snapshot_is_a_copy() -> None:
    frozen = settings_of.snapshot("testing.")
    settings_of.change_setting(key=KEY, value=5, actor=OPERATOR, at=AT, reason="holidays")
    assert frozen == {KEY: 3}
    assert settings_of.snapshot("testing.") == {KEY: 5}


@pytest.mark.parametrize("value", [0, 31, -1, True, "5"])
def test_change_out_of_bounds_is_refused_and_nothing_moves(value: int | str | bool) -> None:
    with pytest.raises(settings_of.SettingOutOfBounds):
        settings_of.change_setting(key=KEY, value=value, actor=OPERATOR, at=AT, reason="x")
    assert settings_of.value_of(KEY) == 3
    assert not OperatorSettingChange.objects.exists()


def test_change_without_the_desk_or_a_reason_is_refused() -> None:
    with pytest.raises(NotAllowed):
        settings_of.change_setting(key=KEY, value=5, actor=FINANCE, at=AT, reason="x")
    with pytest.raises(settings_of.SettingNeedsReason):
        settings_of.change_setting(key=KEY, value=5, actor=OPERATOR, at=AT, reason="  ")
    assert not OperatorSettingChange.objects.exists()


def test_change_of_an_unknown_key_is_not_found() -> None:
    with pytest.raises(NotFound):
        settings_of.change_setting(key="no.such", value=5, actor=OPERATOR, at=AT, reason="x")


def test_change_of_what_another_operator_changed_meanwhile_is_a_conflict() -> None:
    settings_of.change_setting(key=KEY, value=5, actor=OPERATOR, at=AT, reason="x", seen=3)
    with pytest.raises(Conflict):
        settings_of.change_setting(key=KEY, value=7, actor=OPERATOR, at=AT, reason="y", seen=3)
    assert settings_of.value_of(KEY) == 5
