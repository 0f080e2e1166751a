"""How soon the page is there, what it weighs, how it scrolls: ``python -m benchmarks.page [--turns 7]``.

Chromium, headless and without a graphics card, on the same machine as the server, shares its cores. A cold
start goes from the start of ``studiolo serve``'s process to the moment at which the prompt of the first page
has the focus and can be typed in; the browser runs already, with an empty cache. Scrolling goes through a
gallery from its newest picture to its oldest, a window's height a frame, and counts tasks that block.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.gallery import Centres, fill
from benchmarks.machine import report
from benchmarks.server import serving
from studiolo.gallery import Gallery

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
LONG_MS = 100
SCROLL = """async (last) => {
    const long = [];
    new PerformanceObserver((list) => long.push(...list.getEntries().map((each) => each.duration)))
        .observe({ type: "longtask", buffered: false });
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const began = performance.now();
    let frames = 0, most = 0;
    while (!document.querySelector(`[data-index="${last}"]`)) {
        scrollBy(0, innerHeight);
        await frame();
        frames++;
        most = Math.max(most, document.querySelectorAll(".tile").length);
    }
    return { long, frames, most, seconds: (performance.now() - began) / 1000 };
}"""


def first_page(browser: Browser, home: Path) -> tuple[float, float]:
    """Seconds from the server's process to its address, and to the first page being usable."""
    page = browser.new_context().new_page()
    try:
        began = time.perf_counter()
        with serving(home) as server:
            told = time.perf_counter() - began
            page.goto("http://{}:{}/".format(*server.address), wait_until="commit")
            page.locator(".prompt textarea, textarea").first.focus()
            return told, time.perf_counter() - began
    finally:
        page.context.close()


def weight(browser: Browser, address: str) -> list[tuple[str, int, int]]:
    """What is fetched, but for pictures and answers of the API: kind, files, bytes before compression."""
    page = browser.new_context().new_page()
    sizes: dict[str, tuple[str, int]] = {}

    def keep(response: Any) -> None:
        if "/api/" not in response.url:
            sizes[response.url] = response.request.resource_type, len(response.body())

    page.on("response", keep)
    for path in ("#/", "#/gallery", "#/engines"):
        page.goto(f"{address}/{path}")
        page.locator(".view").first.wait_for()
        page.wait_for_load_state("networkidle") if path == "#/engines" else page.wait_for_timeout(1500)
    page.context.close()
    kinds = sorted({kind for kind, _ in sizes.values()})
    of_kind = {kind: [size for each, size in sizes.values() if each == kind] for kind in kinds}
    everything = [size for _, size in sizes.values()]
    return [
        *((kind, len(of_kind[kind]), sum(of_kind[kind])) for kind in kinds),
        ("all", len(everything), sum(everything)),
    ]


def scroll(page: Page, address: str, rows: int) -> dict[str, Any]:
    """From the newest picture to the oldest."""
    page.goto(f"{address}/#/gallery")
    page.locator(".tile").first.wait_for()
    return page.evaluate(SCROLL, rows - 1)


def share_thumbnails(gallery: Gallery) -> None:
    """Every row gets one of a few pictures as its thumbnail; what lies in the trash comes back."""
    with gallery.catalog.database.write() as connection:
        for shape, size in enumerate(((384, 384), (384, 256), (384, 192))):
            path = Path(str(gallery.blobs.folder)) / f"thumbnails/{shape}.webp"
            path.parent.mkdir(exist_ok=True)
            Image.effect_mandelbrot(size, (-2.2, -1.2, 1, 1.2), 60 + shape).convert("RGB").save(path)
        connection.execute(
            "UPDATE pictures SET thumbnail_key = 'thumbnails/' || (seed % 3) || '.webp', deleted = NULL"
        )


def summary(values: Sequence[float]) -> tuple[str, str, str]:
    return f"{statistics.median(values):.2f}", f"{min(values):.2f}", f"{max(values):.2f}"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rows", type=int, default=10_000)
    arguments.add_argument("--turns", type=int, default=7)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        starts = [first_page(browser, Path(folder) / "empty") for _ in range(given.turns + 1)][1:]
        home = Path(folder) / "full"
        with Gallery.open(home / "gallery", embedder=Centres()) as gallery:
            fill(gallery, Centres(), given.rows)
            share_thumbnails(gallery)
        with serving(home) as server:
            address = "http://{}:{}".format(*server.address)
            weights = weight(browser, address)
            walks = [scroll(browser.new_context().new_page(), address, given.rows) for _ in range(3)]
        browser.close()
    report(
        f"The first page from a cold start, seconds ({given.turns} times)",
        ("from the start of the process to", "median", "fastest", "slowest"),
        [("its address is told", *summary([told for told, _ in starts])),
         ("the prompt has the focus", *summary([usable for _, usable in starts]))],
    )  # fmt: skip
    report(
        "What the page weighs, without pictures",
        ("kind", "files", "kB before compression"),
        [(kind, files, f"{size / 1000:.0f}") for kind, files, size in weights],
    )
    report(
        f"Scrolling {given.rows:,} pictures to the end",
        ("walk", "seconds", "frames", "frames/s", "most tiles", f"tasks > {LONG_MS} ms", "longest ms"),
        [
            (number, f"{walk['seconds']:.1f}", walk["frames"], f"{walk['frames'] / walk['seconds']:.0f}",
             walk["most"], sum(each > LONG_MS for each in walk["long"]),
             f"{max(walk['long'], default=0):.0f}")
            for number, walk in enumerate(walks, 1)
        ],
    )  # fmt: skip


if __name__ == "__main__":
    main()
