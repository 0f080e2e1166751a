"""The page in a real Chromium, on a real server: whatever the browser complains of fails the test."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, Request, expect, sync_playwright

from tests.server.conftest import embedder, server, start, studio
from tests.server.serving import Serving

__all__ = ["embedder", "server", "start", "studio"]

CHROMIUM = Path("/usr/bin/chromium")
PATIENCE_MS = 30_000
_QUIET = (
    "--no-sandbox",  # the tests may run as root, in a container
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """Ends with this folder's tests: while it runs, no other asyncio loop can in this thread."""
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed: see CONTRIBUTING")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Debian's Chromium, started once."""
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=_QUIET)
    yield browser
    browser.close()


@dataclass
class Watch:
    """What a browser complained of. ``allow("429")`` lets messages with these words pass, once they came."""

    address: str
    faults: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)

    def allow(self, words: str) -> None:
        self.allowed.append(words)

    def on_console(self, message: ConsoleMessage) -> None:
        # Chromium warns of a font that is late, which it is where several tests share a processor.
        if message.type in {"error", "warning"} and "preloaded using link preload" not in message.text:
            self.faults.append(f"{message.type}: {message.text} ({message.location.get('url')})")

    def on_request(self, request: Request) -> None:
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.faults.append(f"left the machine: {request.url}")

    def check(self) -> None:
        """Fail for what came and was not allowed, and for what was allowed and never came."""
        unexpected = [fault for fault in self.faults if not any(words in fault for words in self.allowed)]
        assert not unexpected, unexpected
        missing = [words for words in self.allowed if not any(words in fault for fault in self.faults)]
        assert not missing, f"never came: {missing}"


@dataclass
class Visit:
    """One browser, with its own memory, on one server. ``page`` is its first tab."""

    page: Page
    watch: Watch
    server: Serving

    def new_tab(self) -> Page:
        """Another tab of the same browser."""
        page = self.page.context.new_page()
        _listen(page, self.watch)
        return page

    def open(self, path: str = "/", page: Page | None = None) -> Page:
        """Go there, and wait until the page stands."""
        page = page or self.page
        page.goto(self.server.address + path)
        expect(page.get_by_role("main")).to_be_visible()
        return page


def _listen(page: Page, watch: Watch) -> None:
    page.on("console", watch.on_console)
    page.on("pageerror", lambda error: watch.faults.append(f"page: {error}"))
    page.on("request", watch.on_request)


@contextmanager
def visiting(browser: Browser, serving: Serving, **options: Any) -> Generator[Visit]:
    """A browser on ``serving``; ``options`` are those of a Playwright context."""
    context = browser.new_context(
        **{"locale": "en-US", "viewport": {"width": 1280, "height": 900}, **options}
    )
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    watch = Watch(serving.address)
    _listen(page, watch)
    try:
        yield Visit(page, watch, serving)
    finally:
        context.close()
    watch.check()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Start a browser: ``visit(server, viewport=…, color_scheme="dark", locale="ko-KR")``."""
    with ExitStack() as stack:
        yield lambda serving, **options: stack.enter_context(visiting(browser, serving, **options))
