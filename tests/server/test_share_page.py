"""The page of a shared link in a real browser: light and dark, wide and narrow, and usable by everybody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, sync_playwright

from .serving import Serving
from .test_pictures import keep


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [(1200, 800), (360, 640)], ids=["wide", "phone"])
@pytest.mark.parametrize("kind", ["told", "untold", "gone"])
def test_a_shared_page_is_whole(
    server: Serving, browser: Browser, scheme: Any, size: tuple[int, int], kind: str
):
    kept = keep(server.studio, "a red apple " * 40)
    share = server.post(f"/api/pictures/{kept.id}/shares", json={"metadata": kind == "told"}).json()
    page = browser.new_page(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(
        f"{server.address}{share['url'] if kind != 'gone' else '/share/gone'}", wait_until="networkidle"
    )
    try:
        assert all(address.startswith(server.address) for address in asked)
        if kind != "gone":
            assert said == []
            assert page.evaluate("document.querySelector('img').naturalWidth") == 64
        assert page.locator("h1").count() == 1
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        # The policy of the page forbids what axe does to frames; there are none.
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
    finally:
        page.close()
