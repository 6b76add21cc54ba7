"""What a reader searched last: theirs alone, shown when the field is entered, forgotten on request and with age."""

from __future__ import annotations

import base64
import json
from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from catalog.models import RecentSearch
from catalog.operations.searching.recent_searches import (
    KEPT,
    MOST_KEPT,
    forget_old_searches,
    forget_recent_search,
    remember_search,
)
from catalog.queries.searching.recent_searches import recent_searches
from catalog.recent import MOST, read_recent, recent_text, with_search
from marketplace.core.actors import Actor
from marketplace.core.errors import NotAllowed
from tests.factories import AT
from tests.factories.accounts import a_company, a_member, owner_of, signed_in
from tests.factories.catalog import a_live_product

PERSON = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}
HTMX = {**PERSON, "hx-request": "true"}


def searched(client: Client, words: str, **headers: str) -> None:
    assert client.get("/search/", {"q": words}, headers={**PERSON, **headers}).status_code == 200


def suggested(client: Client) -> str:
    response = client.get("/search/suggestions/?q=", headers=HTMX)
    assert response.headers["Cache-Control"] == "private, no-store"
    return response.content.decode()


@pytest.mark.parametrize("words", [("rice",), ("чай", '"long grain" -broken'), tuple("abcdefgh"), ()])
def test_a_browser_says_again_what_it_was_given(words: tuple[str, ...]) -> None:
    assert read_recent(recent_text(words)) == words


def test_what_does_not_fit_into_a_cookie_is_the_oldest() -> None:
    words = tuple(f"{n}{'茶' * 190}" for n in range(MOST))
    kept = read_recent(recent_text(words))
    assert 1 <= len(kept) < MOST
    assert kept == words[: len(kept)]


@pytest.mark.parametrize(
    "said", [{"q": "rice"}, "rice", [1, None, ["x"]], ["x" * 201, "a\nb\x00", "\u202e", ""], 7]
)
def test_a_forged_cookie_says_nothing(said: object) -> None:
    text = base64.urlsafe_b64encode(json.dumps(said).encode()).decode()
    found = read_recent(text)
    assert set(found) <= {"a b"}
    for broken in ("ü", text[:-3] + "*", "A" * 9000, "[" * 4000):
        assert read_recent(broken) == ()


def test_the_last_search_stands_first_and_once() -> None:
    searches: tuple[str, ...] = ()
    for words in ("tea", "rice", "tea", *map(str, range(MOST))):
        searches = with_search(searches, words)
    assert searches == tuple(map(str, reversed(range(MOST))))
    assert with_search(("tea", "rice"), "rice") == ("rice", "tea")


@pytest.mark.django_db
def test_a_strangers_searches_stand_in_their_browser_and_nowhere_else(client: Client) -> None:
    for words in ("basmati rice", "  green   tea ", "<script>"):
        searched(client, words)
    text = suggested(client)
    assert text.index("&lt;script&gt;") < text.index("green tea") < text.index("basmati rice")
    assert "Recent searches" in client.get("/").content.decode()
    assert not RecentSearch.objects.exists()
    assert suggested(Client()).strip() == ""
    assert client.cookies["searched"]["httponly"]
    client.post("/search/recent/", {"forget": "green tea"})
    assert "green tea" not in suggested(client)
    client.post("/search/recent/", {"step": "all"})
    assert suggested(client).strip() == ""


@pytest.mark.django_db
def test_a_persons_searches_are_theirs_whichever_browser_and_nobody_elses() -> None:
    company = a_company()
    owner, colleague = owner_of(company), a_member(company, "sales")
    first, second = signed_in(owner), signed_in(owner)
    stranger = Client()
    searched(stranger, "before signing in")
    searched(first, "basmati")
    searched(second, "tea")
    assert recent_searches(owner) == ("tea", "basmati")
    assert "searched" not in first.cookies
    page = second.get("/search/recent/")
    assert page.context["searches"] == ("tea", "basmati")
    assert page.headers["Cache-Control"] == "private, no-store"
    assert suggested(signed_in(colleague)).strip() == ""
    answer = second.post("/search/recent/", {"forget": "tea"}, headers=HTMX).content.decode()
    assert "basmati" in answer
    assert "tea" not in answer
    forget_recent_search(words="basmati", actor=colleague)
    assert recent_searches(owner) == ("basmati",)
    second.post("/search/recent/", {"step": "all"})
    assert recent_searches(owner) == ()


@pytest.mark.django_db
def test_only_a_new_search_of_a_person_is_remembered() -> None:
    owner = owner_of(a_company())
    client = signed_in(owner)
    searched(client, "basmati")
    before = list(RecentSearch.objects.values())
    searched(client, "basmati", referer="http://testserver/search/?q=Basmati")  # a filter more
    searched(client, "tea", **{"user-agent": "curl/8.9"})
    client.get("/search/", headers=PERSON)
    assert list(RecentSearch.objects.values()) == before


@pytest.mark.django_db
def test_searches_are_forgotten_with_age_and_number() -> None:
    owner, other = owner_of(a_company()), owner_of(a_company())
    remember_search(words="old", actor=other, at=AT)
    for n in range(MOST_KEPT + 5):
        remember_search(words=f"words {n}", actor=owner, at=AT + timedelta(minutes=n))
    remember_search(words="words 9", actor=owner, at=AT)  # said late: the newer moment stays
    assert RecentSearch.objects.exclude(user_id=other.user_id or 0).count() <= MOST_KEPT + 1
    assert recent_searches(owner)[0] == f"words {MOST_KEPT + 4}"
    assert forget_old_searches(at=AT + KEPT + timedelta(seconds=30)) == 1
    assert recent_searches(other) == ()
    with pytest.raises(NotAllowed):
        remember_search(words="tea", actor=Actor.anonymous(), at=AT)
    remember_search(words="x" * 201, actor=other, at=AT)
    assert recent_searches(other) == ()


@pytest.mark.django_db
@pytest.mark.parametrize("number", [1, 3])
def test_the_list_takes_one_statement_and_pages_of_strangers_none_more(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, number: int
) -> None:
    a_live_product()
    owner = owner_of(a_company())
    for n in range(number):
        remember_search(words=f"words {n}", actor=owner, at=AT)
        searched(client, f"words {n}")
    with django_assert_num_queries(1):
        assert len(recent_searches(owner)) == number
    with django_assert_num_queries(0):
        assert suggested(client).count("suggestions__line") == number


@pytest.mark.django_db
def test_who_finds_nothing_is_told_what_to_do_next(client: Client) -> None:
    a_live_product()
    text = client.get("/search/?q=basmati+zzqqxx&quantity=5").content.decode()
    assert 'href="/search/?quantity=5&amp;q=basmati"' in text
    assert "next=%2Fsearch%2F%3Fq%3Dbasmati" in text
    assert "Why is this first?" not in text
    member = signed_in(owner_of(a_company()))
    page = member.get("/search/?q=basmati&origin=VN&verified=on")
    assert "Mail me when it is offered" in page.content.decode()
    assert page.context["page"].saved_name == "“basmati” · Origin Vietnam · Supplier verified"


@pytest.mark.django_db
def test_endless_and_repeated_addresses_are_answered_as_short_ones(client: Client) -> None:
    a_live_product()
    page = client.get("/search/", {"q": "rice " * 2000}).context["page"]
    assert (page.query, page.total) == (("rice " * 40).strip(), 1)
    assert page.note.startswith("Only the first 200 characters")
    assert all(len(option) < 400 for option in (page.clear_url, page.cards_url))
    page = client.get("/search/", {"origin": ["IN"] * 300, "terms": ["FOB"] * 300}).context["page"]
    assert [chip.label for chip in page.chips] == ["India", "FOB"]
    assert len(page.cards_url) < 80
