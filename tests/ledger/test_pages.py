"""The public proof of the books: the page, the file of roots and the script, for everybody."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from marketplace.core.money import Money
from tests.factories.ledger import fund
from trade_assurance.ledger.models import DayRoot
from trade_assurance.ledger.operations import seal_days

pytestmark = pytest.mark.django_db


def sealed(days: int) -> list[DayRoot]:
    """Today and the days after it, sealed."""
    fund("hold_a", Money(1000, "USD"))
    seal_days(at=datetime.now(tz=UTC) + timedelta(days=days))
    return list(DayRoot.objects.order_by("day"))


@pytest.mark.parametrize("days", [1, 3])
def test_the_page_shows_every_root_in_the_same_statements(
    client: Client, days: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    roots = sealed(days)
    with django_assert_num_queries(2):
        page = client.get(reverse("book_roots")).content.decode()
    assert len(roots) == days
    assert all(day.root in page for day in roots)
    assert "1,000" not in page
    assert "10.00" not in page


def test_older_days_are_one_click_away(client: Client) -> None:
    roots = sealed(33)
    page = client.get(reverse("book_roots"))
    assert roots[1].root not in page.content.decode()
    assert page.context["older"] == f"?before={roots[2].day}"
    older = client.get(reverse("book_roots") + page.context["older"])
    assert [day.root for day in older.context["days"]] == [roots[1].root, roots[0].root]
    assert older.context["older"] == ""
    assert client.get(reverse("book_roots") + "?before=soon").status_code == 200


def test_the_file_holds_every_day_from_the_first(client: Client) -> None:
    roots = sealed(3)
    published = json.loads(client.get(reverse("book_roots_file")).getvalue())
    assert published["format"] == "portolan roots 1"
    assert [(day["day"], day["root"]) for day in published["days"]] == [
        (root.day.isoformat(), root.root) for root in roots
    ]
    assert all(
        set(day) == {"day", "root", "previous_root", "merkle_root", "figures_hash"}
        for day in published["days"]
    )


def test_before_the_first_day_the_page_says_so(client: Client) -> None:
    assert "No day is sealed yet" in client.get(reverse("book_roots")).content.decode()
    assert json.loads(client.get(reverse("book_roots_file")).getvalue())["days"] == []


def test_the_script_can_be_downloaded(client: Client) -> None:
    answer = client.get(reverse("book_verifier"))
    assert answer["Content-Disposition"].endswith('"verify_statement.py"')
    compile(answer.content, "verify_statement.py", "exec")
