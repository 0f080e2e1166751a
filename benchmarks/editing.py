"""Enlarging and cutting out: `python -m benchmarks.editing [speed|quality|cutting]`.

`--side N` takes another size for speed, `--sheet FILE` saves the pictures.

Speed: 512x512 enlarged four times on two threads, each model in a process of its own, beside Pillow's
Lanczos filter. Processor seconds are those of all threads.

Quality: drafts of the pocket painter are reduced to a quarter (mean of each 4x4), enlarged again and compared
to what they were: PSNR and SSIM (Wang et al. 2004) on brightness, and how steep edges are.

Cutting: drafts whose outlines are known, cut out by colour. Half of them were looked at while the settings
were chosen, the others were not. GrabCut is usually begun from a rectangle: here all but a margin.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from PIL import Image

from benchmarks.machine import report
from benchmarks.palette import PROMPTS

MODELS = ("x4plus", "x4plus-anime", "animevideov3")
THREADS = 2
SIDE_PX = 512
MORE_PROMPTS = (
    "a red apple on a table",
    "a rocket in space",
    "an owl at night",
    "a dog next to a house",
    "a cup of coffee",
    "a penguin in the snow",
    "a robot in a garden",
    "a yellow car in a city street",
    "a cat",
    "a teapot",
    "a lion in the desert",
    "a parrot in the jungle",
    "a pizza in a kitchen",
    "a crab on the beach",
    "a snowman in the mountains",
    "a bear in a forest",
    "a camera",
    "a shark underwater",
)


def drafts() -> Iterator[tuple[Image.Image, np.ndarray]]:
    """Pictures (RGB), and where their things are: (h, w), bool."""
    from studiolo.engines.pocket.composer import compose
    from studiolo.engines.pocket.drawings import DrawingLibrary
    from studiolo.engines.pocket.planner import plan

    library = DrawingLibrary()
    for number, prompt in enumerate(dict.fromkeys([*(words for words, _ in PROMPTS), *MORE_PROMPTS])):
        draft = compose(plan(prompt, library), library, SIDE_PX, SIDE_PX, np.random.default_rng(number))
        if draft.mask.any():
            yield Image.fromarray(draft.image), draft.mask > 127


def enlarged(picture: Image.Image, model: str, factor: int = 4) -> Image.Image:
    from studiolo.engines.base import EngineConfig
    from studiolo.engines.realesrgan import RealesrganImageEngine
    from studiolo.engines.resolving import resolve
    from studiolo.requests import ImageRequest

    with RealesrganImageEngine(EngineConfig(model=model, threads=THREADS)) as engine:
        request = ImageRequest(init_image=picture, upscale=factor)
        return next(engine.generate(resolve(engine.capabilities, request))).image


def resized(picture: Image.Image, filtering: Image.Resampling) -> Image.Image:
    return picture.resize((picture.width * 4, picture.height * 4), filtering)


def time_one(model: str, side_px: int) -> None:
    """In a process of its own: print what enlarging took."""
    picture = next(drafts())[0].resize((side_px, side_px), Image.Resampling.BOX)
    before = resource.getrusage(resource.RUSAGE_SELF)
    began = time.perf_counter()
    if model == "lanczos":
        resized(picture, Image.Resampling.LANCZOS)
    else:
        enlarged(picture, model)
    seconds, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps({"seconds": seconds, "processor": processor, "memory": after.ru_maxrss / 1024}))


def speed(side_px: int) -> None:
    rows, filtered = [], 0.0
    for model in ("lanczos", *MODELS):
        command = [sys.executable, "-m", "benchmarks.editing", "--one", model, str(side_px)]
        taken = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        filtered = filtered or taken["processor"]
        rows.append(
            (
                "Pillow's Lanczos filter" if model == "lanczos" else f"`realesrgan:{model}`",
                f"{taken['seconds']:.2f} s",
                f"{taken['processor']:.2f} s",
                f"{taken['processor'] / filtered:,.0f}",
                f"{taken['memory']:.0f} MB",
            )
        )
    header = (
        f"{side_px}x{side_px}, four times, 2 threads",
        "seconds",
        "processor",
        "times Lanczos",
        "peak memory",
    )
    report("Enlarging", header, rows)


def luma(picture: Image.Image) -> np.ndarray:
    return np.asarray(picture.convert("L"), np.float32)


def psnr(one: Image.Image, other: Image.Image) -> float:
    return float(10 * np.log10(255**2 / np.mean((luma(one) - luma(other)) ** 2)))


def ssim(one: Image.Image, other: Image.Image) -> float:
    """Structural similarity with the paper's window and constants."""
    import cv2

    def mean(values: np.ndarray) -> np.ndarray:
        return cv2.GaussianBlur(values, (11, 11), 1.5)

    a, b = luma(one), luma(other)
    first, second = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    both = mean(a * b) - mean(a) * mean(b)
    spread = mean(a * a) - mean(a) ** 2 + mean(b * b) - mean(b) ** 2
    likeness = (2 * mean(a) * mean(b) + first) * (2 * both + second)
    return float((likeness / ((mean(a) ** 2 + mean(b) ** 2 + first) * (spread + second))).mean())


def steepness(picture: Image.Image) -> float:
    """Of the steepest hundredth of the picture: levels from one pixel to the next."""
    down, across = np.gradient(luma(picture))
    return float(np.percentile(np.hypot(down, across), 99))


def quality(sheet: str | None) -> None:
    pictures = [picture for picture, _ in drafts()][:4]
    ways: dict[str, Callable[[Image.Image], Image.Image]] = {
        "bicubic": lambda small: resized(small, Image.Resampling.BICUBIC),
        "Lanczos": lambda small: resized(small, Image.Resampling.LANCZOS),
    }
    ways |= {f"`{model}`": lambda small, model=model: enlarged(small, model) for model in MODELS}
    rows, shown = [], []
    for name, way in ways.items():
        results = [way(picture.reduce(4)) for picture in pictures]
        shown.append(results)
        pairs = list(zip(results, pictures, strict=True))
        rows.append(
            (
                name,
                f"{statistics.mean(psnr(*pair) for pair in pairs):.2f} dB",
                f"{statistics.mean(ssim(*pair) for pair in pairs):.3f}",
                f"{statistics.mean(steepness(one) / steepness(other) for one, other in pairs):.0%}",
            )
        )
    header = ("128x128 to 512x512, 4 drafts", "PSNR", "SSIM", "steepness of edges")
    report("Enlarging: what comes back", header, rows)
    if sheet:
        crops = [[picture.crop((150, 150, 362, 362)) for picture in row] for row in (pictures, *shown)]
        tile(crops).save(sheet)


def overlap(found: np.ndarray, true: np.ndarray) -> float:
    return float((found & true).sum() / (found | true).sum())


def by_rectangle(picture: Image.Image) -> np.ndarray:
    """GrabCut as it is usually begun."""
    import cv2

    pixels = np.asarray(picture)
    labels = np.zeros(pixels.shape[:2], np.uint8)
    margin = SIDE_PX // 20
    inner = margin, margin, SIDE_PX - 2 * margin, SIDE_PX - 2 * margin
    cv2.setRNGSeed(0)
    cv2.grabCut(pixels, labels, inner, np.zeros((1, 65)), np.zeros((1, 65)), 4, cv2.GC_INIT_WITH_RECT)
    return (labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)


def cut_out(picture: Image.Image) -> Image.Image:
    from studiolo.engines.base import EngineConfig
    from studiolo.engines.cutout import CutoutImageEngine
    from studiolo.engines.resolving import resolve
    from studiolo.requests import ImageRequest

    engine = CutoutImageEngine(EngineConfig(model="grabcut", threads=THREADS))
    request = ImageRequest(init_image=picture, remove_background=True)
    return next(engine.generate(resolve(engine.capabilities, request))).image


def cutting(sheet: str | None) -> None:
    pictures = list(drafts())
    rows, shown = [], []

    def row(name: str, some: Sequence[tuple[Image.Image, np.ndarray]], cut: Callable) -> None:
        overlaps, seconds = [], []
        for picture, true in some:
            began = time.process_time()
            found = cut(picture)
            seconds.append(time.process_time() - began)
            overlaps.append(overlap(found, true))
        rows.append(
            (
                name,
                len(overlaps),
                f"{statistics.mean(overlaps):.3f}",
                f"{statistics.median(overlaps):.3f}",
                f"{sum(each > 0.9 for each in overlaps)}",
                f"{statistics.median(seconds):.2f} s",
            )
        )

    def ours(picture: Image.Image) -> np.ndarray:
        shown.append(cut_out(picture))
        return np.asarray(shown[-1].getchannel("A")) > 127

    row("`cutout:grabcut`, settings chosen on these", pictures[::2], ours)
    row("`cutout:grabcut`, unseen", pictures[1::2], ours)
    row("GrabCut from a rectangle, unseen", pictures[1::2], by_rectangle)
    header = ("outlines, 512x512", "pictures", "mean overlap", "median", "over 0.9", "processor, median")
    report("Cutting out by colour", header, rows)
    if sheet:
        boards = [on_board(picture).resize((212, 212)) for picture in shown]
        tile([boards[start : start + 6] for start in range(0, len(boards) - 5, 6)]).save(sheet)


def on_board(picture: Image.Image) -> Image.Image:
    rows, columns = np.mgrid[: picture.height, : picture.width] // 24
    board = np.where(((rows + columns) % 2)[..., None], (255, 200, 255), (150, 230, 150)).astype(np.uint8)
    ground = Image.fromarray(board).convert("RGBA")
    return Image.alpha_composite(ground, picture).convert("RGB")


def tile(pictures: Sequence[Sequence[Image.Image]]) -> Image.Image:
    width, height = pictures[0][0].size
    sheet = Image.new("RGB", (width * len(pictures[0]), height * len(pictures)))
    for row, some in enumerate(pictures):
        for column, picture in enumerate(some):
            sheet.paste(picture, (column * width, row * height))
    return sheet


def main(words: list[str]) -> None:
    if words[:1] == ["--one"]:
        time_one(words[1], int(words[2]))
        return
    sheet = words[words.index("--sheet") + 1] if "--sheet" in words else None
    if not words or "speed" in words:
        speed(int(words[words.index("--side") + 1]) if "--side" in words else SIDE_PX)
    if not words or "quality" in words:
        quality(sheet)
    if not words or "cutting" in words:
        cutting(sheet)


if __name__ == "__main__":
    main(sys.argv[1:])
