"""The vocabulary in a real browser under the real policy: contrast, names, no sideways scrolling, no script needed."""

from __future__ import annotations

import mimetypes
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from csp.utils import build_policy
from django.contrib.staticfiles import finders
from django.utils import translation
from playwright.sync_api import Browser, BrowserContext, Page, Route
from pytest_django import Settings

from tests.design.frame import rendered, without_database_context

pytestmark = pytest.mark.browser
SITE = "http://portolan.test/"


def a_page(context: BrowserContext, html: str, policy: str) -> tuple[Page, list[str]]:
    """The specimen served from memory, style sheets and icons from their sources; and what the browser complained of."""

    def answer(route: Route) -> None:
        path = urlsplit(route.request.url).path
        if not path.startswith("/static/"):
            route.fulfill(body=html, content_type="text/html", headers={"Content-Security-Policy": policy})
            return
        found = finders.find(path.removeprefix("/static/"))
        if not found:
            route.fulfill(status=404)
            return
        kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
        route.fulfill(body=Path(str(found)).read_bytes(), content_type=kind)

    page = context.new_page()
    page.route("**/*", answer)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("response", lambda got: complaints.append(got.url) if got.status >= 400 else None)
    page.goto(SITE)
    page.wait_for_load_state("networkidle")
    return page, complaints


@pytest.fixture
def html(settings: Settings) -> str:
    """The specimen with wrong input in its form."""
    without_database_context(settings)
    return rendered()


@pytest.fixture
def policy() -> str:
    """The site's own policy."""
    return str(build_policy())


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_specimen_has_contrast_names_and_landmarks(
    browser: Browser, html: str, policy: str, scheme: str, width: int
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
        bypass_csp=True,  # the checker itself is an inline script
    )
    page, _ = a_page(context, html, policy)
    found = Axe().run(
        page, options={"rules": {"landmark-unique": {"enabled": False}}, "preload": False}
    )  # two next steps, shown side by side only here
    assert found.response["violations"] == []
    context.close()


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_specimen_never_scrolls_sideways(
    browser: Browser, settings: Settings, policy: str, width: int, language: str
) -> None:
    without_database_context(settings)
    with translation.override(language):
        html = rendered()
    context = browser.new_context(viewport={"width": width, "height": 900})
    page, complaints = a_page(context, html, policy)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert complaints == []
    context.close()


def test_menu_and_confirmation_open_without_script(browser: Browser, html: str, policy: str) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 900})
    page, _ = a_page(context, html, policy)
    menu = page.get_by_role("navigation", name="Menu")
    assert not menu.is_visible()
    page.locator(".site-header__more--phone > summary").click()
    assert menu.get_by_role("link", name="Orders").is_visible()
    page.locator(".site-header__more--phone > summary").click()
    decline = page.get_by_role("button", name="Decline order 7k3m")
    assert not decline.is_visible()
    page.get_by_text("Decline the order").click()
    assert decline.is_visible()
    context.close()


def test_slash_focuses_search_and_a_click_outside_closes_menus(
    browser: Browser, html: str, policy: str
) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page, _ = a_page(context, html, policy)
    page.locator("h1").first.click()
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.type") == "search"
    page.locator(".acting > summary").click()
    assert page.get_by_text("Act for", exact=True).is_visible()
    page.locator("h1").first.click()
    assert not page.get_by_text("Act for", exact=True).is_visible()
    context.close()
