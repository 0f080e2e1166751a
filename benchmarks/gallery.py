"""How fast the gallery is at many rows: ``python benchmarks/gallery.py [--rows 100000]``.

Rows are generated directly (no image files), prompts from a few hundred words, vectors around as many
centres as there are subjects. The reference in the same run is what one would write first: a plain
table searched with LIKE, and all vectors as one float32 matrix.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from studiolo.gallery import Gallery, Picture, PictureFilter
from studiolo.gallery.ids import new_id
from studiolo.gallery.vectors import insert_vector
from studiolo.requests import GeneratedImage, ImageRequest

COLOURS = (
    *(
        "red",
        "blue",
        "green",
        "yellow",
        "orange",
        "purple",
        "white",
        "black",
        "golden",
        "silver",
        "pink",
        "teal",
    ),
)
THINGS = (
    *(
        "apple",
        "banana",
        "car",
        "boat",
        "house",
        "castle",
        "cat",
        "dog",
        "horse",
        "bird",
        "owl",
        "fish",
        "whale",
    ),
    *(
        "fox",
        "bear",
        "lion",
        "bee",
        "frog",
        "rabbit",
        "dragon",
        "robot",
        "astronaut",
        "lemon",
        "bread",
        "cake",
    ),
    *(
        "pizza",
        "coffee",
        "train",
        "bicycle",
        "rocket",
        "bus",
        "bridge",
        "city",
        "library",
        "windmill",
        "mountain",
    ),
    *(
        "forest",
        "desert",
        "beach",
        "waterfall",
        "volcano",
        "garden",
        "snowman",
        "rainbow",
        "moon",
        "sun",
        "rose",
    ),
    *(
        "tulip",
        "cactus",
        "mushroom",
        "tree",
        "guitar",
        "piano",
        "drum",
        "book",
        "clock",
        "camera",
        "computer",
    ),
    *(
        "umbrella",
        "balloon",
        "kite",
        "crown",
        "sword",
        "knight",
        "wizard",
        "pirate",
        "ghost",
        "skull",
        "witch",
    ),
)
PLACES = (
    "in the snow",
    "on a table",
    "at night",
    "by the sea",
    "in a forest",
    "in the rain",
    "under the stars",
)
STYLES = ("watercolor", "oil painting", "pixel art", "flat illustration", "highly detailed, 8k", "engraving")
DIMENSIONS = 384


class Centres:
    """An embedder without a model: texts that name the same things are near each other."""

    def __init__(self) -> None:
        generator = np.random.default_rng(0)
        self.words = {
            word: generator.standard_normal(DIMENSIONS).astype(np.float32)
            for word in [*COLOURS, *THINGS, "snow", "table", "night", "sea", "forest", "rain"]
        }
        self.generator = generator

    def embed(self, texts: list[str]) -> np.ndarray:
        rows = []
        for text in texts:
            vector = 0.2 * self.generator.standard_normal(DIMENSIONS).astype(np.float32)
            for word in text.replace(",", "").split():
                if word in self.words:
                    vector = vector + self.words[word]
            rows.append(vector / np.linalg.norm(vector))
        return np.stack(rows).astype(np.float32)


def prompt(chance: random.Random) -> str:
    thing = f"a {chance.choice(COLOURS)} {chance.choice(THINGS)} and a {chance.choice(THINGS)}"
    return f"{thing} {chance.choice(PLACES)}, {chance.choice(STYLES)}"


def fill(gallery: Gallery, embedder: Centres, rows: int) -> float:
    """Insert rows in transactions of 2000; gives seconds."""
    chance = random.Random(0)
    start = datetime(2024, 1, 1, tzinfo=UTC)
    began = time.perf_counter()
    for first in range(0, rows, 2000):
        numbers = range(first, min(first + 2000, rows))
        prompts = [prompt(chance) for _ in numbers]
        vectors = embedder.embed(prompts)
        with gallery.catalog.database.write() as connection:
            for number, words, vector in zip(numbers, prompts, vectors, strict=True):
                created = start + timedelta(seconds=1600 * number)  # 100,000 are five years
                picture_id = new_id(created)
                picture = Picture(
                    id=picture_id,
                    created=created,
                    prompt=words,
                    engine=("pocket", "pocket", "diffusers", "bedrock")[number % 4],
                    model="v1",
                    seed=number,
                    width=(512, 512, 768, 1024)[number % 4],
                    height=512,
                    steps=12,
                    guidance_scale=3.0,
                    request={"prompt": words, "seed": number, "steps": 12, "width": 512, "height": 512},
                    timings={"painting": 0.8},
                    tags=(f"place {number % 7}", f"theme {number % 300}", *(["best"] * (number % 50 == 0))),
                    starred=number % 100 == 0,
                    image_key=f"images/{picture_id}.png",
                    thumbnail_key=f"thumbnails/{picture_id}.webp",
                    sha256=f"{number:064x}",
                    size_bytes=100_000,
                )
                row = gallery.catalog.insert(connection, picture)
                insert_vector(connection, row, vector)
    seconds = time.perf_counter() - began
    collect(gallery)
    return seconds


def collect(gallery: Gallery) -> None:
    """Fifty collections: one of a third of all pictures, the others of some hundred; 1,000 in the trash."""
    with gallery.catalog.database.read() as connection:
        ids = [row[0] for row in connection.execute("SELECT id FROM pictures ORDER BY id")]
    gallery.collections.create("large")
    gallery.collections.add("large", ids[::3])
    for number in range(49):
        gallery.collections.create(f"small {number}")
        gallery.collections.add(f"small {number}", ids[number::200])
    gallery.delete(ids[7 :: max(1, len(ids) // 1000)])


def measure(work: Callable[[int], object], times: int) -> tuple[float, ...]:
    """Milliseconds: median, 95th percentile, the first call, and median and 95th percentile of CPU time.

    CPU time says how fast it is where nothing else is running, as wall time does not.
    """
    taken, busy = [], []
    for number in range(times):
        began, began_cpu = time.perf_counter(), time.process_time()
        work(number)
        taken.append((time.perf_counter() - began) * 1e3)
        busy.append((time.process_time() - began_cpu) * 1e3)

    def high(values: list[float]) -> float:
        return sorted(values)[int(0.95 * (times - 1))]

    return statistics.median(taken), high(taken), taken[0], statistics.median(busy), high(busy)


def memory_mib() -> float:
    """Resident memory of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rows", type=int, default=100_000)
    arguments.add_argument("--times", type=int, default=100)
    arguments.add_argument("--no-reference", action="store_true")
    given = arguments.parse_args()
    table = Table(title=f"Gallery of {given.rows:,} rows; {platform.machine()}, {os.cpu_count()} cores")
    for column in ("", "p50 ms", "p95 ms", "first ms", "cpu p50", "cpu p95"):
        table.add_column(column, justify="left" if not column else "right")

    with tempfile.TemporaryDirectory() as folder:
        embedder = Centres()
        with Gallery.open(Path(folder), embedder=embedder) as gallery:
            seconds = fill(gallery, embedder, given.rows)
        size = (Path(folder) / "catalog.db").stat().st_size / 2**20
        print(f"filled in {seconds:.1f} s ({given.rows / seconds:,.0f} rows/s); catalog {size:.0f} MiB")
        before = memory_mib()
        with Gallery.open(Path(folder), embedder=embedder) as gallery:
            measure_gallery(gallery, table, given.rows, given.times)
        print(f"memory: {memory_mib() - before:.0f} MiB more than before opening the gallery")
        if not given.no_reference:
            measure_reference(Path(folder) / "catalog.db", embedder, table, given.times)
    Console().print(table)


def measure_gallery(gallery: Gallery, table: Table, rows: int, times: int) -> None:
    chance = random.Random(1)

    def line(name: str, work: Callable[[int], object], count: int = times) -> None:
        table.add_row(name, *(f"{value:.1f}" for value in measure(work, count)))

    pages: list[str | None] = [None]

    def next_page(_: int) -> None:
        pages.append(gallery.list(limit=60, before=pages[-1]).next)

    def question() -> str:
        return f"{chance.choice(COLOURS)} {chance.choice(THINGS)}"

    large, small = gallery.collections.get("large").id, gallery.collections.get("small 20").id
    line("list page of 60", next_page)
    line("list page, deep", lambda _: gallery.list(limit=60, before=new_id(datetime(2024, 1, 9, tzinfo=UTC))))
    filters = {
        "engine": PictureFilter(engine="bedrock"),
        "starred": PictureFilter(starred=True),
        "tag": PictureFilter(tags=("best",)),
        "two tags": PictureFilter(tags=("place 3", "theme 7")),
        "large collection": PictureFilter(collection=large),
        "small collection": PictureFilter(collection=small),
        "trash": PictureFilter(trash=True),
        "size that none has": PictureFilter(min_width=2000),
        "a month": PictureFilter(
            created_from=datetime(2024, 1, 5, tzinfo=UTC), created_to=datetime(2024, 2, 5, tzinfo=UTC)
        ),
    }
    for name, wanted in filters.items():
        line(f"list page, filter: {name}", lambda _, wanted=wanted: gallery.list(wanted, limit=60))
    for name, wanted in {"everything": PictureFilter(), **filters}.items():
        line(f"count: {name}", lambda _, wanted=wanted: gallery.count(wanted), 20)
        line(f"timeline: {name}", lambda _, wanted=wanted: gallery.timeline(wanted), 20)
    line("tags, with how many", lambda _: gallery.tags(), 20)
    line("collections, with how many", lambda _: gallery.collections.list(), 20)
    line("version", lambda _: gallery.version())
    line("get by id's end", lambda _: gallery.catalog.lookup("7k3f"))
    line("search: two words", lambda _: gallery.search(question()))
    line("search: one word", lambda _: gallery.search(chance.choice(THINGS)))
    line("search: very common word", lambda _: gallery.search("red and a"))
    line("search: nonsense", lambda _: gallery.search("xqzv blorf"))
    line("search + filter: engine", lambda _: gallery.search(question(), PictureFilter(engine="bedrock")))
    line("search + filter: starred", lambda _: gallery.search(question(), PictureFilter(starred=True)))
    line("search + filter: one seed", lambda n: gallery.search(question(), PictureFilter(seed=n)))
    pixels = np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    from PIL import Image

    image = Image.fromarray(pixels).resize((512, 512), Image.Resampling.BICUBIC)

    def add(number: int) -> None:
        made = {"prompt": prompt(chance), "seed": rows + number, "width": 512, "height": 512}
        gallery.add(GeneratedImage(image=image, request=ImageRequest(**made), engine="pocket", model="v1"))

    line("add 512x512 (encode, thumbnail, files, row)", add, 20)


def measure_reference(path: Path, embedder: Centres, table: Table, times: int) -> None:
    chance = random.Random(2)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE plain AS SELECT id, created, prompt FROM pictures")
        rows = connection.execute("SELECT vector FROM vectors").fetchall()
        kept = (
            np.frombuffer(b"".join(row[0] for row in rows), np.int8)
            .reshape(-1, DIMENSIONS)
            .astype(np.float32)
        )
        kept /= np.linalg.norm(kept, axis=1, keepdims=True)

        def page(number: int) -> list[tuple[str]]:
            query = "SELECT * FROM plain ORDER BY created DESC LIMIT 50 OFFSET ?"
            return connection.execute(query, (50 * number,)).fetchall()

        def words(_: int) -> list[tuple[str]]:
            query = "SELECT * FROM plain WHERE prompt LIKE ? AND prompt LIKE ? LIMIT 50"
            return connection.execute(
                query, (f"%{chance.choice(COLOURS)}%", f"%{chance.choice(THINGS)}%")
            ).fetchall()

        def meaning(_: int) -> np.ndarray:
            cosines = kept @ embedder.embed([chance.choice(THINGS)])[0]
            return np.argpartition(-cosines, 50)[:50]

        for name, work in {
            "reference: page by OFFSET, no index": page,
            "reference: LIKE": words,
            f"reference: float32 matrix ({kept.nbytes / 2**20:.0f} MiB)": meaning,
        }.items():
            table.add_row(name, *(f"{value:.1f}" for value in measure(work, max(10, times // 5))))


if __name__ == "__main__":
    main()
