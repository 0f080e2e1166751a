"""Show what the painter paints, unpicked: `python -m training.sheets`.

Writes into docs/images, at the default strength unless said otherwise: `pocket-sheet.webp` and
`pocket-judged.webp`, forty prompts each; `pocket-strengths.webp`, the first sixteen from their draft to pure
noise; `first-picture.png`, what `make demo` paints.
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from studiolo.engines.checking import check
from studiolo.engines.pocket import PocketImageEngine
from studiolo.engines.resolving import resolve
from studiolo.requests import ImageRequest
from training.prompts import DEMO_SEED, JUDGED, SHEET, STRENGTHS

PICTURES = Path(__file__).parents[1] / "docs" / "images"


def paint(engine: PocketImageEngine, prompt: str, seed: int, strength: float | None = None) -> Image.Image:
    """One picture with the engine's defaults."""
    request = ImageRequest(prompt=prompt, seed=seed, strength=strength)
    check(engine.capabilities, request, engine="pocket")
    return next(engine.generate(resolve(engine.capabilities, request))).image


def table(rows: list[list[Image.Image]], labels: list[str] | None = None, *, side: int) -> Image.Image:
    """Pictures in a grid; under each the label of its place, if there are labels."""
    caption = 22 if labels else 0
    columns = len(rows[0])
    sheet = Image.new("RGB", (columns * side, len(rows) * (side + caption)), "white")
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(11)
    for y, row in enumerate(rows):
        for x, picture in enumerate(row):
            corner = (x * side, y * (side + caption))
            sheet.paste(picture.resize((side, side), Image.Resampling.LANCZOS), corner)
            if labels:
                text = labels[y * columns + x]
                draw.text((corner[0] + 4, corner[1] + side + 4), text, fill="black", font=font)
    return sheet


def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    engine = PocketImageEngine()
    for name, prompts in (("sheet", SHEET), ("judged", JUDGED)):
        pictures = [paint(engine, prompt, seed) for seed, prompt in enumerate(prompts, start=1)]
        rows = [pictures[i : i + 8] for i in range(0, len(pictures), 8)]
        table(rows, list(prompts), side=256).save(PICTURES / f"pocket-{name}.webp", quality=85)
    paint(engine, SHEET[0], DEMO_SEED).save(PICTURES / "first-picture.png", optimize=True)
    freedom = [
        [paint(engine, prompt, seed, strength) for seed, prompt in enumerate(SHEET[:16], start=1)]
        for strength in (0.0, *STRENGTHS)
    ]
    table(freedom, side=128).save(PICTURES / "pocket-strengths.webp", quality=85)


if __name__ == "__main__":
    main()
