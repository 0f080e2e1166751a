"""What the tests of looking at a picture have in common."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np
from axe_playwright_python.sync_playwright import Axe
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Page

from tests.server.serving import Serving

from .conftest import Visit

Visiting = Callable[..., Visit]
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def paint(server: Serving, prompt: str = "a red apple", **settings: Any) -> str:
    """Paint it with the server's engine; its id."""
    size = {"width": 256, "height": 192}
    return server.studio.generate(prompt, **{**size, "seed": 1, **settings})[0].id


def sides(width: int, height: int) -> str:
    """As the page writes a size."""
    return f"{width} \N{MULTIPLICATION SIGN} {height}"


def picture(server: Serving, picture_id: str) -> dict[str, Any]:
    """What the server tells of it."""
    return server.get(f"/api/pictures/{picture_id}").json()


def pixels(server: Serving, picture_id: str) -> NDArray[np.int16]:
    """(height, width, 3)"""
    data = server.get(f"/api/pictures/{picture_id}/image").content
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(np.int16)


def newest(server: Serving) -> dict[str, Any]:
    """The picture that was painted last."""
    return server.get("/api/pictures", params={"limit": 1}).json()["pictures"][0]


def no_violations(page: Page) -> None:
    """Axe, which knows WCAG, finds nothing."""
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
