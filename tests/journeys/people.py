"""A person at a browser: uses what can be seen (links, buttons, labelled fields) and types no address but the first."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Browser, BrowserContext, FilePayload, Locator, Page, expect

from marketplace.accounts.models import User
from marketplace.core import clock
from tests.factories.accounts import PASSWORD, TOTP_SECRET
from tests.factories.holds import pump, sweep
from trade_assurance.payments import tasks as payments

PATIENCE_MS = 45_000  # a busy machine is no failure
expect.set_options(timeout=PATIENCE_MS)


def work_in_the_background() -> datetime:
    """What the worker would do now: everything due, everything to be told, everything with providers."""
    payments.sweep()
    at = clock.now()
    sweep(at)
    payments.sweep()
    pump(clock.now())
    return at


def words(text: str, *, whole: bool = False) -> re.Pattern[str]:
    """Text as a person reads it: any white space between words is the same to them."""
    pattern = r"\s+".join(map(re.escape, text.split()))
    return re.compile(rf"^\s*{pattern}\s*$" if whole else pattern)


class Visitor:
    """Somebody who opened the first page. Collects every complaint of the browser and every failed request."""

    def __init__(self, browser: Browser, home: str, *, script: bool, **context: Any) -> None:
        self.context: BrowserContext = browser.new_context(
            java_script_enabled=script, locale="en-GB", **context
        )
        self.script = script
        self.context.set_default_timeout(PATIENCE_MS)
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on(
            "console", lambda said: self.complaints.append(said.text) if said.type == "error" else None
        )
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on(
            "response",
            lambda got: self.complaints.append(f"{got.status} {got.url}") if got.status >= 400 else None,
        )
        self.page.goto(home)

    @property
    def main(self) -> Locator:
        return self.page.get_by_role("main")

    def follow(self, name: str | re.Pattern[str], within: Locator | None = None) -> None:
        """Click a link of exactly this name (or one that matches)."""
        (within or self.page).get_by_role("link", name=name, exact=isinstance(name, str)).first.click()

    def press(self, name: str | re.Pattern[str], within: Locator | None = None) -> None:
        """Click a button of exactly this name (or one that matches)."""
        (within or self.page).get_by_role("button", name=name, exact=isinstance(name, str)).first.click()

    def unfold(self, text: str) -> None:
        """Open what a summary hides."""
        self.main.locator("summary").filter(has_text=text).first.click()

    def fill(self, **fields: str) -> None:
        """Type into fields by their labels; an underscore stands for a space."""
        for label, value in fields.items():
            self.field(label.replace("_", " ")).fill(value)

    def field(self, label: str, within: Locator | None = None) -> Locator:
        """The field with this label, optional or not."""
        name = re.compile(rf"^\s*{re.escape(label)}\s*(\(optional\))?\s*$", re.IGNORECASE)
        return (within or self.main).get_by_label(name).first

    def choose(self, label: str, option: str | re.Pattern[str]) -> None:
        """Choose an option of a labelled list by its visible words."""
        if isinstance(option, re.Pattern):
            found = self.field(label).locator("option").filter(has_text=option).first
            self.field(label).select_option(value=found.get_attribute("value"))
        else:
            self.field(label).select_option(label=option)

    def attach(self, label: str, uploads: Sequence[FilePayload]) -> None:
        """Put files into a labelled field."""
        self.field(label).set_input_files(list(uploads))

    def sees(self, *texts: str | re.Pattern[str], within: Locator | None = None) -> None:
        """All of this can be read on the page."""
        for text in texts:
            expect((within or self.main).get_by_text(text).filter(visible=True).first).to_be_visible(
                timeout=PATIENCE_MS
            )

    def sees_title(self, text: str | re.Pattern[str]) -> None:
        """The page's heading."""
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(text, timeout=PATIENCE_MS)

    def leave(self) -> None:
        """Close the browser; the whole visit must have been without a complaint."""
        self.context.close()
        assert self.complaints == [], self.complaints


class Member(Visitor):
    """Somebody with an account, signed in through the pages; staff with their second factor."""

    def __init__(self, browser: Browser, home: str, user: User, *, script: bool, **context: Any) -> None:
        super().__init__(browser, home, script=script, **context)
        self.user = user
        self.follow("Sign in", self.page.get_by_role("banner"))
        self.fill(Email=user.email, Password=PASSWORD)
        self.press("Sign in", self.main)
        if user.desks:
            self.main.get_by_role("textbox").first.fill(_code())
            self.main.get_by_role("button", name=re.compile("^sign in$", re.IGNORECASE)).first.click()
        expect(self.page.get_by_role("link", name="Sign in", exact=True)).to_have_count(0)

    def goes_to(self, name: str) -> None:
        """A place of the header's bar, which may carry a number of things that wait."""
        self.follow(
            re.compile(rf"^{re.escape(name)}( \d+)?$"), self.page.get_by_role("navigation", name="Main")
        )

    def reads_in_the_bell(self, title: str | re.Pattern[str]) -> None:
        """The bell has a number, and behind it stands this notification; opening it leads to its page."""
        self.page.reload()
        bell = self.page.get_by_role("banner").get_by_role("link", name=re.compile("Notifications"))
        expect(bell).to_contain_text(re.compile(r"\d"))
        bell.click()
        self.press(title if isinstance(title, re.Pattern) else re.compile(re.escape(title)), self.main)


def _code() -> str:
    """The authenticator's number; not in the last moment of its half minute."""
    left = 30 - time.time() % 30
    if left < 3:
        time.sleep(left + 0.1)
    return str(format_hotp_value(hotp_value(TOTP_SECRET, int(time.time()) // 30)))
