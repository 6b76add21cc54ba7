"""`make shots`: every page of the running demo, at 390 and 1280 px, light and dark, to be looked at.

Starts a site of its own with the demo story (or takes `--url`), signs in as each character and follows every
link a visitor could; one picture per page and character goes to var/shots, three of them to docs/screenshots
for the README. Also says which pages scroll sideways or complain on the console.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from marketplace.demo.password import PASSWORD
from tests.plugins.browser import find_chromium, launch_arguments

CHECKOUT = Path(__file__).resolve().parents[1]
OUT = CHECKOUT / "var" / "shots"
README = CHECKOUT / "docs" / "screenshots"
WIDTHS = (390, 1280)
SCHEMES = ("light", "dark")
# An order's page differs with its state, a case's with its stage: take several of these, one of the others.
SEVERAL = {
    "/orders/REF/": 12,
    "/disputes/REF/": 4,
    "/desk/disputes/REF/": 3,
    "/desk/finance/batches/REF/": 2,
    "/desk/finance/chargebacks/REF/": 3,
    "/desk/finance/incidents/REF/": 2,
    "/desk/finance/lines/REF/": 2,
    "/desk/finance/statements/REF/": 2,
    "/orders/REF/pay/": 2,
    "/products/REF/": 2,
}
LINKS_PER_CHARACTER = 90
NOT_PAGES = (
    "/accounts/logout",
    "/files/",
    "/images/",
    "/static/",
    "/admin/",
    "/api/v1/schema",
    "/media/",
    "/language/",
)
_REFERENCE = re.compile(r"^([a-z]{3,5}_[0-9a-z]{12}|\d+|\d{4}-\d\d-\d\d|[A-Z]{3})$")


@dataclass(frozen=True)
class Character:
    """Somebody to look through the eyes of; nobody's e-mail is a visitor's."""

    name: str
    email: str = ""
    starts: tuple[str, ...] = ("/home/",)
    most: int = LINKS_PER_CHARACTER


CHARACTERS = (
    Character(
        "visitor",
        starts=(
            "/",
            "/search/",
            "/search/?q=rice",
            "/search/?q=nothing+like+this",
            "/categories/",
            "/protection/",
            "/figures/disputes/",
            "/proof/",
            "/api/v1/docs/",
            "/accounts/login/",
            "/accounts/signup/",
        ),
    ),
    Character(
        "buyer",
        "anke@hansekontor.example",
        ("/home/", "/orders/", "/cart/", "/notifications/", "/profile/", "/company/"),
    ),
    Character(
        "supplier",
        "rodrigo@valle-andino.example",
        ("/home/", "/orders/", "/workbench/products/", "/balance/", "/company/team/"),
    ),
    # Small parts of other companies' days: a payment that came short, goods weighed, money sent back, a debt, a strike.
    Character("short", "dana@blue-ridge.example", ("/orders/?state=confirmed",), 8),
    Character("weighed", "simran@malwa-grain.example", ("/orders/?state=in_production", "/statements/"), 16),
    Character("returned", "meera@aravalli-weaves.example", ("/balance/", "/balance/accounts/"), 6),
    Character("indebted", "selam@yirga.example", ("/balance/",), 4),
    Character("striking", "duarte@mar-de-sines.example", ("/standing/",), 3),
    Character(
        "finance",
        "finance1@portolan.example",
        (
            "/desk/finance/",
            "/desk/finance/batches/",
            "/desk/finance/statements/",
            "/desk/finance/lines/",
            "/desk/finance/reconciliation/",
            "/desk/finance/incidents/",
            "/desk/finance/chargebacks/",
            "/desk/finance/suppliers/",
            "/desk/books/",
        ),
    ),
    Character("officer", "officer1@portolan.example", ("/desk/disputes/", "/desk/strikes/")),
    Character("moderator", "moderator@portolan.example", ("/desk/moderation/",)),
    Character("verifier", "verification@portolan.example", ("/desk/verification/",)),
    Character("operator", "operator@portolan.example", ("/desk/settings/",)),
)


@dataclass
class Album:
    """What was taken, and what was wrong with it."""

    taken: int = 0
    faults: list[str] = field(default_factory=list)


def main(arguments: list[str]) -> int:
    """Take all pictures; 1 when a page failed, scrolled sideways or complained."""
    parser = argparse.ArgumentParser(prog="make shots")
    parser.add_argument("--url", help="a running site with the demo story")
    parser.add_argument(
        "--only", nargs="*", help="names of characters; the README's pictures stay as they are"
    )
    parser.add_argument("--readme", action="store_true", help="only the pictures of the README")
    chosen = parser.parse_args(arguments)
    program = find_chromium()
    if program is None:
        print("No Chromium on this machine: install Debian's package chromium.", file=sys.stderr)
        return 1
    with site(chosen.url) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=launch_arguments())
        album = Album()
        for character in CHARACTERS:
            if not chosen.readme and (not chosen.only or character.name in chosen.only):
                _look(browser, url, character, album)
        if not chosen.only:
            _for_readme(browser, url)
        browser.close()
    print(f"{album.taken} pictures in {OUT.relative_to(CHECKOUT)}")
    for fault in album.faults:
        print(f"  {fault}")
    return 1 if album.faults else 0


def _for_readme(browser: Browser, url: str) -> None:
    """The three pictures of the README: an order on its way, a search, an officer's case."""
    README.mkdir(parents=True, exist_ok=True)
    for email, name, path, link in (
        ("anke@hansekontor.example", "order", "/orders/?state=shipped", "main table tbody a"),
        ("", "search", "/search/?quantity=25000&unit=KGM", ""),
        ("officer1@portolan.example", "case", "/desk/disputes/", "main table tbody a"),
    ):
        context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme="light")
        page = context.new_page()
        if email:
            _sign_in(context, page, url, email)
        page.goto(f"{url}{path}")
        if link and page.locator(link).count():
            page.locator(link).first.click()
        page.wait_for_load_state("networkidle")
        page.screenshot(path=README / f"{name}.png")
        context.close()


@contextmanager
def site(url: str | None) -> Iterator[str]:
    """A running site with the demo story: the one at this address, or one of our own while it is needed."""
    if url:
        yield url.rstrip("/")
        return
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "PORT": str(port), "PORTOLAN_VAR": str(CHECKOUT / "var" / "shots-site")}
    process = subprocess.Popen(
        [sys.executable, "-m", "marketplace.local_services", "up"], env=environment, cwd=CHECKOUT
    )
    try:
        yield _answering(f"http://localhost:{port}", process)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


def _answering(url: str, process: subprocess.Popen[bytes]) -> str:
    for _try in range(300):
        if process.poll() is not None:
            msg = "the site did not start; see above"
            raise RuntimeError(msg)
        try:
            urllib.request.urlopen(f"{url}/healthz", timeout=5).close()  # noqa: S310 -- our own address
        except (URLError, OSError):
            time.sleep(1)
        else:
            return url
    msg = "the site did not answer within five minutes"
    raise RuntimeError(msg)


def _look(browser: Browser, url: str, character: Character, album: Album) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    if character.email:
        _sign_in(context, page, url, character.email)
    seen: Counter[str] = Counter()
    waiting, known = list(character.starts), set(character.starts)
    looked = 0
    while waiting and looked < character.most:
        path = waiting.pop(0)
        pattern = _pattern(path)
        if seen[pattern] >= SEVERAL.get(pattern, 1) and path not in character.starts:
            continue
        seen[pattern] += 1
        looked += 1
        links = _shoot(page, url, path, f"{character.name}{_slug(pattern)}{seen[pattern]}", album)
        fresh = [link for link in links if link not in known]
        known.update(fresh)
        waiting += fresh
    if character.name == "officer":
        _show_effect(page, url, album)
    print(f"{character.name}: {looked} pages")
    context.close()


def _show_effect(page: Page, url: str, album: Album) -> None:
    """What a decision would do, before it is confirmed: half of the first case that waits for this officer."""
    page.goto(f"{url}/desk/disputes/")
    page.locator("main table tbody a").first.click()
    page.locator("a[href$='/decision/']").first.click()
    page.locator("input[name=refund]").fill("5200")
    page.locator("input[name=release]").fill("4200")
    page.locator("textarea[name=reasons]").fill("The logger shows the fruit warm from the first hour.")
    page.locator("form[action$='/decision/'] button[type=submit]").first.click()
    page.locator("#effect").wait_for()
    _take(page, "officer-desk-disputes-REF-effect", page.url.removeprefix(url), album)


def _sign_in(context: BrowserContext, page: Page, url: str, email: str) -> None:
    page.goto(f"{url}/accounts/login/")
    page.locator("input[name=login]").fill(email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("form:has(input[name=login]) button[type=submit]").first.click()
    page.wait_for_load_state()
    for _try in range(2):  # a code may run out between the mailbox and the form
        if not page.locator("input[name=code]").count():
            break
        mailbox = context.new_page()
        mailbox.goto(f"{url}/mailbox/")
        code = mailbox.locator("#codes tr", has_text=email).locator("code").inner_text()
        mailbox.close()
        page.locator("input[name=code]").first.fill(code)
        page.locator("form:has(input[name=code]) button[type=submit]").first.click()
        page.wait_for_load_state()
    if "/accounts/" in page.url:
        msg = f"{email} could not sign in: still at {page.url}"
        raise RuntimeError(msg)


def _shoot(page: Page, url: str, path: str, name: str, album: Album) -> list[str]:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    answer = page.goto(f"{url}{path}")
    if answer is None or answer.status >= 400 or "text/html" not in answer.headers.get("content-type", ""):
        if answer is not None and answer.status >= 400:
            album.faults.append(f"{path}: {answer.status}")
        return []
    _take(page, name, path, album)
    album.faults += [f"{path}: {text}" for text in complaints]
    hrefs = page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)")
    return [_path(href) for href in hrefs if _is_page(href, url)]


def _take(page: Page, name: str, path: str, album: Album) -> None:
    """The page as it is now, in both widths and schemes."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 844 if width < 600 else 900})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            target = OUT / f"{width}-{scheme}" / f"{name}.png"
            target.parent.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=target, full_page=True)
            album.taken += 1
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            album.faults.append(f"{path}: scrolls sideways at {width} px")
    page.emulate_media(color_scheme="light")


def _is_page(href: str, url: str) -> bool:
    path = urlsplit(href).path
    return (
        href.startswith(f"{url}/") and not path.startswith(NOT_PAGES) and not path.endswith((".csv", ".json"))
    )


def _path(href: str) -> str:
    return urlsplit(href).path


def _pattern(path: str) -> str:
    parts = ["REF" if _REFERENCE.match(part) else part for part in urlsplit(path).path.split("/")]
    if parts[1:2] == ["products"]:
        parts = ["", "products", "REF", ""]
    if parts[1:2] == ["categories"] and len(parts) > 3:
        parts[2] = "REF"
    if parts[1:3] == ["desk", "settings"] and len(parts) > 4:
        parts[3] = "REF"
    return "/".join(parts)


def _slug(pattern: str) -> str:
    return pattern.rstrip("/").replace("/", "-") + "-"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
