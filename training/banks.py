"""Make banks of training pairs: `python -m training.banks singles`, then `python -m training.banks scenes`.

Singles are emoji of several styles, each concept in a few settings (size, place, background, mirrored); the
drawings of one concept in one setting are drafts of each other. Scenes come from the painter's own composer:
the same layout rendered twice, in other drawings, colours or places, under an exact caption.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from studiolo.embedding import TextEmbedder
from studiolo.engines.pocket.composer import render_layout
from studiolo.engines.pocket.drawings import Drawing as ShippedDrawing
from studiolo.engines.pocket.drawings import DrawingLibrary
from studiolo.engines.pocket.layout import Placed, plan_layout
from training import bank
from training.codec import Autoencoder
from training.prompted_scenes import random_scene
from training.render import Renders, render
from training.run import kept_weights
from training.sources import Drawing, load_drawings

SIZE = 512
SINGLE_SETS = ("noto", "noto-v1", "fxemoji", "fluent-emoji", "fluent-emoji-flat", "twemoji", "emojione")
SINGLE_PX = 480
BACKGROUNDS = {
    "white": (255, 255, 255), "cream": (250, 240, 215), "gray": (170, 174, 180), "black": (24, 25, 30),
    "red": (214, 62, 58), "orange": (245, 150, 60), "yellow": (250, 214, 90), "green": (98, 178, 94),
    "mint": (188, 228, 205), "teal": (60, 150, 150), "blue": (72, 126, 214), "sky blue": (166, 212, 242),
    "navy": (34, 44, 92), "purple": (136, 92, 190), "lavender": (208, 196, 236), "pink": (246, 176, 200),
    "brown": (130, 90, 60),
}  # fmt: skip


class Painter:
    """Pictures to latents and captions to words, with the exported models' own weights."""

    def __init__(self, work: Path) -> None:
        self.autoencoder = Autoencoder().eval()
        trained = work / "autoencoder" / "model.pt"
        state = torch.load(trained, weights_only=True) if trained.exists() else kept_weights("autoencoder")[0]
        self.autoencoder.load_state_dict(state)
        self.embedder = TextEmbedder()

    @torch.inference_mode()
    def encode(self, pictures: NDArray[np.uint8]) -> NDArray[np.float16]:
        """(n, 512, 512, 3) uint8 to latents (n, 16, 32, 32)."""
        batch = torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 127.5 - 1
        with torch.autocast("cpu", torch.bfloat16):
            latents = self.autoencoder.encode(batch.contiguous(memory_format=torch.channels_last))
        return latents.float().numpy().astype(np.float16)

    def words(self, captions: Sequence[str]) -> tuple[NDArray[np.float16], NDArray[np.int64]]:
        """Token states (n, MAX_WORDS, 384) and how many are real."""
        states = np.zeros((len(captions), bank.MAX_WORDS, bank.TEXT_WIDTH), np.float16)
        lengths = np.zeros(len(captions), np.int64)
        for start in range(0, len(captions), 64):
            part = slice(start, start + 64)
            tokens, mask = self.embedder.encode_tokens(captions[part], bank.MAX_WORDS)
            states[part], lengths[part] = tokens, mask.sum(1)
        return states, lengths


@dataclass
class Collector:
    """Gathers pictures and rows, encoding in small batches as it goes."""

    painter: Painter
    latents: list[NDArray[np.float16]] = field(default_factory=list)
    waiting: list[NDArray[np.uint8]] = field(default_factory=list)
    captions: list[str] = field(default_factory=list)
    rows: list[tuple[int, int, int]] = field(default_factory=list)

    def picture(self, pixels: NDArray[np.uint8]) -> int:
        """Keep one picture; its number."""
        self.waiting.append(pixels)
        number = sum(map(len, self.latents)) + len(self.waiting) - 1
        if len(self.waiting) == 8:
            self._encode()
        return number

    def caption(self, text: str) -> int:
        """Keep one caption; its number."""
        self.captions.append(text)
        return len(self.captions) - 1

    def save(self, folder: Path, **about: object) -> None:
        """Write everything gathered as one bank."""
        if self.waiting:
            self._encode()
        words, lengths = self.painter.words(self.captions)
        bank.write(folder, np.concatenate(self.latents), words, lengths, np.array(self.rows), **about)

    def _encode(self) -> None:
        self.latents.append(self.painter.encode(np.stack(self.waiting)))
        self.waiting = []


def single_drawings(work: Path) -> list[Drawing]:
    """The emoji the denoiser learns one by one."""
    return [d for d in load_drawings(work) if d.set in SINGLE_SETS]


@dataclass(frozen=True)
class Setting:
    """How one drawing stands in its picture."""

    extent: int
    left: int
    top: int
    mirrored: bool
    background: str
    colour: tuple[int, int, int]

    @classmethod
    def random(cls, rng: np.random.Generator) -> Setting:
        extent = int(rng.choice([rng.uniform(330, 480), rng.uniform(180, 400)], p=[0.7, 0.3]))
        room = SIZE - extent
        left, top = (int(np.clip(rng.normal(room / 2, room / 5), 0, room)) for _ in range(2))
        background = "white" if rng.random() < 0.3 else str(rng.choice(list(BACKGROUNDS)))
        colour = np.clip(np.array(BACKGROUNDS[background]) + rng.normal(0, 8, 3), 0, 255).astype(int)
        return cls(extent, left, top, bool(rng.random() < 0.5), background, tuple(colour.tolist()))

    def paint(self, drawing: NDArray[np.uint8]) -> NDArray[np.uint8]:
        canvas = Image.new("RGB", (SIZE, SIZE), self.colour)
        piece = Image.fromarray(drawing).resize((self.extent, self.extent), Image.Resampling.LANCZOS)
        if self.mirrored:
            piece = piece.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        canvas.paste(piece, (self.left, self.top), piece)
        return np.asarray(canvas)


def captions_of(drawing: Drawing, setting: Setting, rng: np.random.Generator) -> Iterator[str]:
    """Ways to ask for this picture: the first with its name alone, the others fuller or by another word."""
    name = drawing.name
    article = "an" if name[0] in "aeiou" else "a"
    yield name
    yield f"{article} {name}, {drawing.style} style"
    yield f"{article} {name} on a {setting.background} background"
    if drawing.keywords:
        yield f"{rng.choice(drawing.keywords[:4])}, {name}"


def make_singles(
    work: Path, painter: Painter, renders: Renders, drawings: list[Drawing], variant: int
) -> None:
    """One bank: every emoji once, in the setting of its concept."""
    concepts: dict[str, list[int]] = defaultdict(list)
    for i, drawing in enumerate(drawings):
        if renders.visible[i]:
            concepts[drawing.name].append(i)
    collector = Collector(painter)
    for number, (_, members) in enumerate(sorted(concepts.items())):
        rng = np.random.default_rng([variant, number])
        setting = Setting.random(rng)
        pictures = {i: collector.picture(setting.paint(renders.pixels[i])) for i in members}
        for i in members:
            for text in captions_of(drawings[i], setting, rng):
                caption = collector.caption(text)
                other = int(rng.choice(members))  # itself among them: a draft is often of the right style
                collector.rows += [
                    (pictures[i], pictures[i], caption),
                    (pictures[i], pictures[other], caption),
                ]
    collector.save(work / "banks" / f"singles-{variant}", kind="singles", variant=variant)
    print(
        f"singles-{variant}: {sum(map(len, collector.latents))} pictures, {len(collector.rows)} rows",
        flush=True,
    )


CHUNK = 1000  # scenes a file: about 1.6 GB of pixels


def render_scenes(work: Path, chunk: int) -> None:
    """Compose CHUNK scenes twice, in two sets of drawings, and store pixels and captions."""
    folder = work / "scenes"
    folder.mkdir(exist_ok=True)
    if (folder / f"{chunk}.json").exists():
        return
    library = DrawingLibrary()
    shape = (2 * CHUNK, SIZE, SIZE, 3)
    pixels = np.lib.format.open_memmap(folder / f"{chunk}.npy", mode="w+", dtype=np.uint8, shape=shape)
    captions = []
    for i in range(CHUNK):
        rng = np.random.default_rng([chunk, i])
        scene, caption = random_scene(rng, library)
        layout = plan_layout(scene, library, SIZE, SIZE, rng)
        dice = rng.random(16)

        def other(placed: Placed, dice: NDArray[np.float64] = dice) -> ShippedDrawing:
            return placed.choices[int(dice[placed.thing % len(dice)] * len(placed.choices))]

        pixels[2 * i] = render_layout(layout, library).image
        pixels[2 * i + 1] = render_layout(layout, library, other).image
        captions.append(caption)
    pixels.flush()
    (folder / f"{chunk}.json").write_text(json.dumps(captions))
    print(f"scenes {chunk}: rendered", flush=True)


def make_scenes(work: Path, painter: Painter, chunk: int) -> None:
    """One bank out of one rendered chunk: each picture is at times its own draft, at times the other's."""
    captions = json.loads((work / "scenes" / f"{chunk}.json").read_text())
    pixels = np.load(work / "scenes" / f"{chunk}.npy", mmap_mode="r")
    collector = Collector(painter)
    for i, text in enumerate(captions):
        first, second = collector.picture(pixels[2 * i]), collector.picture(pixels[2 * i + 1])
        caption = collector.caption(text)
        # Only the first is in the style that the words may ask for; the second is mostly its draft.
        collector.rows += [(first, first, caption), (first, second, caption)]
        if "style" not in text:
            collector.rows += [(second, second, caption), (second, first, caption)]
    collector.save(work / "banks" / f"scenes-{chunk}", kind="scenes", chunk=chunk)
    print(f"scenes-{chunk}: {2 * len(captions)} pictures, {len(collector.rows)} rows", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("what", choices=["render", "render-scenes", "singles", "scenes"])
    parser.add_argument("--work", type=Path, default=Path(__file__).parent / "work")
    parser.add_argument("--count", type=int, default=3, help="variants of the singles, or chunks of scenes")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.processes)
    numbers = range(options.first, options.first + options.count)
    if options.what == "render-scenes":
        for chunk in numbers:
            render_scenes(options.work, chunk)
    elif options.what == "scenes":
        painter = Painter(options.work)
        for chunk in numbers:
            make_scenes(options.work, painter, chunk)
    else:
        drawings = single_drawings(options.work)
        renders = render(options.work, drawings, size=SINGLE_PX, processes=options.processes)
        if options.what == "singles":
            painter = Painter(options.work)
            for variant in numbers:
                make_singles(options.work, painter, renders, drawings, variant)


if __name__ == "__main__":
    main()
