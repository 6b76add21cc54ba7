"""The stage of a journey: a real server on the test's database, a browser, and the people."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest
from django.core.cache import cache
from playwright.sync_api import Browser
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from marketplace.accounts.models import Company, User
from marketplace.accounts.operations import enrol_totp
from marketplace.core import clock
from tests.factories.accounts import SETUP, TOTP_SECRET, a_company, a_person
from tests.journeys.people import Member, Visitor


@dataclass
class Stage:
    """Opens browsers for people; when the curtain falls, every visit must have been without a complaint."""

    browser: Browser
    home: str
    script: bool
    visitors: list[Visitor] = field(default_factory=list)

    def member(self, user: User) -> Member:
        """This person, signed in, in a browser context of their own."""
        person = Member(self.browser, self.home, user, script=self.script)
        self.visitors.append(person)
        return person

    def owner(self, name: str, company: str, country: str, **over: bool) -> tuple[Company, Member]:
        """A company and its owner, signed in."""
        user = a_person(name, at=clock.now())
        return a_company(company, country=country, owner=user, at=clock.now(), **over), self.member(user)

    def officer(self, name: str, *desks: str) -> Member:
        """Staff with a second factor, signed in with it."""
        user = a_person(name, desks=desks, at=clock.now())
        enrol_totp(user=user, secret=TOTP_SECRET, actor=SETUP)
        return self.member(user)


@pytest.fixture(params=[True, False], ids=["script", "no-script"])
def script(request: pytest.FixtureRequest) -> bool:
    """With and without JavaScript."""
    return bool(request.param)


@pytest.fixture
def stage(browser: Browser, live_server: LiveServer, settings: Settings, script: bool) -> Iterator[Stage]:
    """An empty marketplace on a real address, and the browser."""
    settings.SITE_URL = live_server.url
    settings.CSRF_TRUSTED_ORIGINS = [live_server.url]
    cache.clear()
    stage = Stage(browser, live_server.url, script)
    with ExitStack() as doors:
        yield stage
        for visitor in stage.visitors:
            doors.callback(visitor.leave)
