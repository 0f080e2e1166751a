"""How fast the server is: ``python -m benchmarks.server [--rows 100000] [--per-s 200] [--seconds 20]``.

Part 1, the gallery's listing: ``studiolo serve`` in a process of its own on a gallery of rows without files
(as benchmarks/gallery.py makes them), and requests for pages of 60 at a steady rate from this process. Both
share the machine's cores. Waits count from when a request was due.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.gallery import Centres, fill
from benchmarks.load import Load, flat_out, in_turn, steady
from benchmarks.machine import report
from studiolo.gallery import Gallery
from studiolo.gallery.ids import first_id

PAGE = 60
START = datetime(2024, 1, 1, tzinfo=UTC)


class Served:
    """A server in a process of its own."""

    def __init__(self, process: subprocess.Popen[str], address: str) -> None:
        self.process = process
        parts = urlsplit(address)
        self.address = (str(parts.hostname), int(parts.port or 0))

    def cpu_s(self) -> float:
        """Processor time it has taken."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory_mib(self) -> float:
        """Resident memory."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


@contextmanager
def serving(home: Path) -> Generator[Served]:
    """``studiolo serve`` on the gallery in ``home``."""
    environment = {**os.environ, "STUDIOLO_HOME": str(home)}
    command = [sys.executable, "-m", "studiolo.cli", "serve", "--port", "0", "--log", "quiet"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield Served(process, process.stdout.readline().strip())
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


def pages(rows: int, per_s: float) -> dict[str, tuple[Callable[[], str], float]]:
    """What is asked for and how often a second, by its name in the table."""
    chance = random.Random(0)

    def anywhere() -> str:
        moment = START + timedelta(seconds=37 * chance.randrange(rows // 50, rows))
        return f"/api/pictures?limit={PAGE}&before={first_id(moment)}"

    newest = f"/api/pictures?limit={PAGE}"
    return {
        "the newest": (in_turn([newest]), per_s),
        "anywhere (scrolling)": (anywhere, per_s),
        "with filters": (
            in_turn(
                [f"{newest}&{only}" for only in ("engine=bedrock", "starred=true", "tag=best", "seed=777")]
            ),
            per_s,
        ),
        # What a page asks once, when it opens or something changed.
        "the count": (in_turn(["/api/pictures/count"]), per_s / 20),
        "all tags": (in_turn(["/api/tags"]), per_s / 20),
        "the timeline": (in_turn(["/api/pictures/timeline"]), per_s / 20),
    }


def measure(server: Served, paths: Callable[[], str], *, per_s: float, seconds: float) -> tuple[Load, float]:
    """A steady load, and the share of one core that the server took for it."""
    asyncio.run(steady(server.address, paths, per_s=per_s, seconds=2))  # caches warm
    before, began = server.cpu_s(), time.perf_counter()
    load = asyncio.run(steady(server.address, paths, per_s=per_s, seconds=seconds))
    return load, (server.cpu_s() - before) / (time.perf_counter() - began)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rows", type=int, default=100_000)
    arguments.add_argument("--per-s", type=float, default=200)
    arguments.add_argument("--seconds", type=float, default=20)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        with Gallery.open(home / "gallery", embedder=Centres()) as gallery:
            fill(gallery, Centres(), given.rows)
        with serving(home) as server:
            rows: list[list[object]] = []
            for name, (paths, per_s) in pages(given.rows, given.per_s).items():
                load, cpu = measure(server, paths, per_s=per_s, seconds=given.seconds)
                most = asyncio.run(flat_out(server.address, paths, seconds=5))
                size = load.received_bytes / len(load.waits_ms) / 1000
                waits = [f"{load.percentile(share):.1f}" for share in (0.5, 0.95, 0.99)]
                measured = f"{load.per_s:.0f}", *waits, f"{cpu:.0%}", f"{most.per_s:.0f}"
                rows.append([name, f"{size:.0f}", *measured, f"{server.memory_mib():.0f}"])
    header = ("", "kB", "asked/s", "p50 ms", "p95 ms", "p99 ms", "of one core", "most/s", "MiB after")
    report(f"Listing {given.rows:,} pictures over HTTP, {PAGE} a page", header, rows)


if __name__ == "__main__":
    main()
