"""Pictures of the page for the docs: ``python -m tests.web.screenshots`` writes docs/images/studio-*.webp.

Run by hand, and looked at. It paints a small gallery with the pocket engine first, in a folder of its own.
"""

from __future__ import annotations

import io
import os
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from studiolo.settings import Settings
from studiolo.studio import Studio
from tests.server.serving import serve

from .conftest import CHROMIUM

FOLDER = Path(__file__).parents[2] / "docs" / "images"
WIDTH, HEIGHT = 1280, 800
MOST_BYTES = 120_000
SIZES = ((512, 512), (768, 512), (512, 768), (640, 384), (512, 512), (384, 576))
PROMPTS = (
    "a green owl on a book at night",
    "a castle on a mountain under the stars",
    "a yellow boat on the sea at sunset, watercolor",
    "two red apples left of a blue car in the snow",
    "a white cat on a red sofa",
    "a lighthouse by the sea in a storm, oil painting",
    "three purple mushrooms in a forest",
    "an orange fox in the snow",
    "a blue whale under the moon",
    "a brown bear with an umbrella in the rain",
    "a golden crown on a table",
    "a green frog on a lily pad",
    "a bicycle by a red house",
    "a pink cake on a table",
    "a hot air balloon over a mountain at sunset",
    "a silver knight on a white horse",
)


def paint(studio: Studio) -> str:
    """The gallery of the pictures; the id of the one that is looked at."""
    for number, prompt in enumerate(reversed(PROMPTS)):
        width, height = SIZES[(number * 7 + number // 6) % len(SIZES)]
        picture = studio.generate(prompt, seed=number, width=width, height=height)[0]
        studio.gallery.star([picture.id], starred=number % 5 == 0)
    looked_at = studio.gallery.search("a yellow boat on the sea")[0].picture.id
    studio.gallery.tag([looked_at], add=["sea", "evening"])
    for name, words in (("Animals", ("owl", "cat", "fox", "bear")), ("By the sea", ("boat", "lighthouse"))):
        studio.gallery.collections.create(name)
        found = [studio.gallery.search(word)[0].picture.id for word in words]
        studio.gallery.collections.add(name, found)
    for _ in studio.ask(looked_at, "What is in this picture?"):
        pass
    return looked_at


def shoot(browser: Browser, address: str, path: str, name: str, scheme: str) -> None:
    """One view as WebP, as good as the bytes allow."""
    page = browser.new_context(
        viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="dark" if scheme == "dark" else "light"
    ).new_page()
    page.goto(address + path)
    page.locator(".view, .look-room").first.wait_for()
    page.wait_for_function("() => [...document.images].every((image) => image.complete)")
    page.wait_for_load_state("load")
    page.wait_for_timeout(1500)  # what appears has appeared
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    page.context.close()
    for quality in range(88, 40, -4):
        picture.save(FOLDER / f"studio-{name}-{scheme}.webp", quality=quality, method=6)
        if (FOLDER / f"studio-{name}-{scheme}.webp").stat().st_size <= MOST_BYTES:
            return
    raise SystemExit(f"studio-{name}-{scheme}.webp is too large")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["STUDIOLO_HOME"] = folder
        with Studio.open(Settings.load()) as studio:
            looked_at = paint(studio)
            looking = f"/#/pictures/{looked_at}"
            views = {"create": "/#/", "gallery": "/#/gallery", "look": looking, "engines": "/#/engines"}
            with serve(studio) as serving, sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
                for name, path in views.items():
                    for scheme in ("light", "dark"):
                        shoot(browser, serving.address, path, name, scheme)
                browser.close()


if __name__ == "__main__":
    main()
