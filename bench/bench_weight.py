"""What public pages weigh, and how soon they can be used on a line of 400 kbit/s (Chromium, throttled).

Takes a running site with the demo story from PORTOLAN_BENCH_URL, or starts one of its own. Each page is opened
three times in a fresh browser (nothing cached); the middle one is reported.
"""

from __future__ import annotations

import os
import statistics
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from playwright.sync_api import Browser, CDPSession, sync_playwright

from bench.shots import site
from tests.plugins.browser import find_chromium, launch_arguments

LIMIT_BYTES = 150_000
LIMIT_SECONDS = 3.0
# 400 kbit/s down and up with the latency of a mobile line; Chromium counts bytes a second and milliseconds.
LINE = {"offline": False, "downloadThroughput": 50_000, "uploadThroughput": 50_000, "latency": 150}
TRIES = 3
_FIRST_PRODUCT = "main h3 a[href*='/products/']"
_TIMES = """() => {
  const page = performance.getEntriesByType("navigation")[0];
  const paint = performance.getEntriesByName("first-contentful-paint")[0];
  return [paint ? paint.startTime : 0, page.domContentLoadedEventEnd, page.loadEventEnd];
}"""


@dataclass(frozen=True)
class Visit:
    """One page seen for the first time. Bytes as they came over the line, by kind; seconds since the click."""

    weight: Counter[str]
    painted: float
    usable: float
    complete: float

    @property
    def without_pictures(self) -> int:
        """What the page weighs but for photographs."""
        return sum(self.weight.values()) - self.weight["Image"]


def measure() -> Iterator[str]:
    """Front page, search, product: bytes and seconds."""
    program = find_chromium()
    if program is None:
        yield "no Chromium on this machine: nothing measured"
        return
    with site(os.environ.get("PORTOLAN_BENCH_URL")) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=launch_arguments())
        for name, path in (
            ("front page", "/"),
            ("search", "/search/?q=rice"),
            ("product", _a_product(browser, url)),
        ):
            visits = sorted(
                (_visit(browser, f"{url}{path}") for _ in range(TRIES)), key=lambda seen: seen.usable
            )
            yield from _report(name, visits[TRIES // 2], statistics.median(v.painted for v in visits))
        browser.close()


def _report(name: str, seen: Visit, painted: float) -> Iterator[str]:
    kinds = ", ".join(
        f"{kind.lower()} {size / 1000:.1f}" for kind, size in sorted(seen.weight.items()) if size
    )
    good = seen.without_pictures <= LIMIT_BYTES and seen.usable <= LIMIT_SECONDS
    yield (
        f"{name}: {seen.without_pictures / 1000:.1f} kB without photographs ({kinds} kB); first paint {painted:.2f} s, "
        f"usable {seen.usable:.2f} s, complete {seen.complete:.2f} s: {'good' if good else 'TOO HEAVY'}"
    )


def _a_product(browser: Browser, url: str) -> str:
    page = browser.new_page()
    page.goto(f"{url}/search/?q=rice")
    path = page.locator(_FIRST_PRODUCT).first.get_attribute("href")
    page.close()
    return path or "/"


def _visit(browser: Browser, address: str) -> Visit:
    context = browser.new_context(viewport={"width": 390, "height": 844}, device_scale_factor=2)
    page = context.new_page()
    line = context.new_cdp_session(page)
    weight = _weighed(line)
    line.send("Network.emulateNetworkConditions", LINE)
    page.goto(address, wait_until="load", timeout=120_000)
    painted, usable, complete = (moment / 1000 for moment in page.evaluate(_TIMES))
    context.close()
    return Visit(weight, painted, max(painted, usable), complete)


def _weighed(line: CDPSession) -> Counter[str]:
    """Counts what comes over the line, by kind of resource, from now on."""
    weight: Counter[str] = Counter()
    kinds: dict[str, str] = {}
    line.send("Network.enable")
    line.on("Network.responseReceived", lambda event: kinds.__setitem__(event["requestId"], event["type"]))

    def finished(event: dict[str, object]) -> None:
        size = event["encodedDataLength"]
        if isinstance(size, int | float):
            weight[kinds.get(str(event["requestId"]), "Other")] += int(size)

    line.on("Network.loadingFinished", finished)
    return weight
