"""Galleries for the tests of the gallery's view, made without painting."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import cycle, product

from PIL import Image
from playwright.sync_api import Locator, Page, expect

from studiolo.gallery import Gallery, Picture
from studiolo.gallery.ids import new_id

from .conftest import Visit

Visiting = Callable[..., Visit]
START = datetime(2024, 1, 1, 12, tzinfo=UTC)
SIZES = ((512, 512), (768, 512), (512, 768))
COLOURS = ("red", "blue", "green", "gold", "black")
THINGS = ("apple", "boat", "castle", "owl", "bridge", "rose", "clock")


def hang(gallery: Gallery, prompts: Sequence[str], *, apart: timedelta = timedelta(minutes=1)) -> list[str]:
    """Rows with these prompts, one ``apart`` from the next; their files are shared. Ids, oldest first."""
    for number, size in enumerate(SIZES):
        picture = Image.new("RGB", size, COLOURS[number])
        for key, kind, side in (
            (f"images/{number}.png", "PNG", 768),
            (f"thumbnails/{number}.webp", "WEBP", 192),
        ):
            buffer = io.BytesIO()
            scaled = picture.copy()
            scaled.thumbnail((side, side))
            scaled.save(buffer, kind)
            gallery.blobs.put(key, buffer.getvalue())
    pictures = [_picture(prompt, number, START + number * apart) for number, prompt in enumerate(prompts)]
    with gallery.catalog.database.write() as connection:
        for picture in pictures:
            gallery.catalog.insert(connection, picture)
    return [picture.id for picture in pictures]


def _picture(prompt: str, number: int, created: datetime) -> Picture:
    shape = number % len(SIZES)
    width, height = SIZES[shape]
    return Picture(
        id=new_id(created),
        created=created,
        prompt=prompt,
        engine="fake",
        seed=number,
        width=width,
        height=height,
        request={"prompt": prompt, "seed": number, "width": width, "height": height},
        image_key=f"images/{shape}.png",
        thumbnail_key=f"thumbnails/{shape}.webp",
        sha256=f"{number:064x}",
        size_bytes=1000,
    )


def prompts(count: int) -> list[str]:
    """So many, each another: "red apple 0", "red boat 1", …"""
    pairs = cycle(product(COLOURS, THINGS))
    return [
        f"{colour} {thing} {number}" for number, (colour, thing) in zip(range(count), pairs, strict=False)
    ]


def tile(page: Page, prompt: str) -> Locator:
    """The link of a picture on the wall."""
    return page.get_by_role("link", name=prompt, exact=True)


def names(page: Page) -> list[str]:
    """What hangs on the wall within sight or nearly, in order."""
    return page.locator(".tile-picture").evaluate_all("all => all.map(each => each.ariaLabel)")


def choose(page: Page, prompt: str) -> None:
    """With the mouse, by the circle in its corner."""
    page.get_by_role("checkbox", name=f"Choose: {prompt}", exact=True).click(force=True)


def enter(visit: Visit, count: int, path: str = "/#/gallery") -> Page:
    """Go to the gallery, and wait until it says that it has so many."""
    page = visit.open(path)
    total(page, count)
    return page


def total(page: Page, count: int) -> None:
    """The gallery says that it has so many."""
    expect(page.locator(".gallery-total")).to_have_text("1 picture" if count == 1 else f"{count:,} pictures")
