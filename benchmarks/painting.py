"""What the server adds to a painting: ``python -m benchmarks.painting [--pictures 30] [--memory 1000]``.

Part 1, time: the pocket painter alone, through ``Studio.generate``, and through ``studiolo serve`` with
nobody, one and two clients watching (each fetches every preview it is told of, as the page does). Each is a
process of its own and paints the same seeds; they take turns, so that whatever else the machine does falls
on all of them, and differences are between pictures of one seed. Processor time is the process's own.

Part 2, memory: the server's, while it paints thousands of pictures and a client watches.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx2

from benchmarks.machine import report
from benchmarks.server import Served, serving

PROMPT = "two red apples left of a blue car in the snow"
PAINTING: dict[str, Any] = {"prompt": PROMPT, "translate": False}
TIMEOUT_S = 600


def client(server: Served) -> httpx2.Client:
    host, port = server.address
    return httpx2.Client(base_url=f"http://{host}:{port}", timeout=TIMEOUT_S, trust_env=False)


# In processes of their own.


def paint_alone() -> None:
    """Read seeds, paint each with the engine alone, and write how long it took."""
    from studiolo.engines.resolving import resolve
    from studiolo.registry import build_registry
    from studiolo.requests import ImageRequest
    from studiolo.settings import Settings

    engine = build_registry(Settings.load()).resolve("pocket")
    for line in sys.stdin:
        began = time.perf_counter()
        request = ImageRequest.parse({"prompt": PROMPT, "seed": int(line)})
        next(engine.generate(resolve(engine.capabilities, request)))
        print(time.perf_counter() - began, flush=True)


def paint_in_python() -> None:
    """The same through the facade: the picture is kept, too."""
    from studiolo.studio import Studio

    with Studio.open() as studio:
        for line in sys.stdin:
            began = time.perf_counter()
            studio.generate(PROMPT, engine="pocket", seed=int(line), translate=False)
            print(time.perf_counter() - began, flush=True)


def watch(address: str) -> None:
    """Watch as the page does; write when each picture was told."""
    with (
        httpx2.Client(base_url=address, timeout=TIMEOUT_S, trust_env=False) as http,
        http.stream("GET", "/api/events") as response,
    ):
        for event in httpx2.EventSource(response):
            if event.event == "snapshot":
                print("watching", flush=True)
            elif event.event == "progress" and (url := json.loads(event.data)["preview_url"]):
                http.get(url)
            elif event.event == "picture":
                print(time.time(), flush=True)


class Child:
    """One of the functions above, asked and answering by lines; ``cpu_s`` is what its answers took."""

    def __init__(self, part: str, *arguments: str, home: str = "") -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.painting", part, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "STUDIOLO_HOME": home},
        )

    def ask(self, line: str) -> str:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()
        return self.hear()

    def hear(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()


@contextmanager
def watching(server: Served, clients: int) -> Iterator[list[Child]]:
    """So many clients watch."""
    host, port = server.address
    children = [Child("watch", f"http://{host}:{port}") for _ in range(clients)]
    try:
        for child in children:
            assert child.hear().strip() == "watching"
        yield children
    finally:
        for child in children:
            child.end()


# Part 1.


def cpu_s(pid: int) -> float:
    """Processor time of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Contestant:
    """One way to paint: seconds and processor seconds of each picture."""

    def __init__(self, name: str, paint: Callable[[int], tuple[float, float]]) -> None:
        self.name, self._paint = name, paint
        self.wall: list[float] = []
        self.cpu: list[float] = []

    def paint(self, seed: int) -> None:
        wall, cpu = self._paint(seed)
        self.wall.append(wall)
        self.cpu.append(cpu)


def by_child(child: Child) -> Callable[[int], tuple[float, float]]:
    """A picture by one of the functions above."""

    def paint(seed: int) -> tuple[float, float]:
        before = cpu_s(child.process.pid)
        return float(child.ask(str(seed))), cpu_s(child.process.pid) - before

    return paint


def over_http(server: Served, clients: int, told: list[float]) -> Callable[[int], tuple[float, float]]:
    """A picture through the server; ``told`` collects when a client had heard of it."""

    def paint(seed: int) -> tuple[float, float]:
        with client(server) as http, watching(server, clients) as children:
            time.sleep(0.5)  # how things stand was told
            began, before = time.time(), server.cpu_s()
            answer = http.post("/api/jobs", json={**PAINTING, "engine": "pocket", "seed": seed})
            path = answer.raise_for_status().headers["location"]
            if children:
                told.append(float(children[0].hear()) - began)
            while (job := http.get(path).json())["finished"] is None:
                time.sleep(0.5)
            assert job["state"] == "done", job["error"]
            wall = datetime.fromisoformat(job["finished"]).timestamp() - began
            return wall, server.cpu_s() - before

    return paint


def measure_time(pictures: int) -> None:
    told: list[float] = []
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        server = stack.enter_context(serving(Path(folder) / "served"))
        alone, python = Child("alone"), Child("python", home=f"{folder}/python")
        stack.callback(alone.end)
        stack.callback(python.end)
        contestants = [
            Contestant("the engine alone", by_child(alone)),
            Contestant("Studio.generate", by_child(python)),
            Contestant("the server, nobody watching", over_http(server, 0, [])),
            Contestant("the server, one client", over_http(server, 1, told)),
            Contestant("the server, two clients", over_http(server, 2, [])),
        ]
        for number in range(pictures + 1):
            turn = number % len(contestants)
            for contestant in contestants[turn:] + contestants[:turn]:
                contestant.paint(number)
            if number == 0:  # what is loaded once
                told.clear()
                for contestant in contestants:
                    contestant.wall.clear()
                    contestant.cpu.clear()
    engine = contestants[0]
    rows = [
        [
            each.name,
            f"{statistics.median(each.wall):.3f}",
            f"{added(each.wall, engine.wall):+.1f} %" if each is not engine else "",
            f"{statistics.mean(each.cpu):.3f}",
            f"{100 * (sum(each.cpu) / sum(engine.cpu) - 1):+.1f} %" if each is not engine else "",
        ]
        for each in contestants
    ]
    header = ("", "s, median", "added, median of pairs", "processor s, mean", "added")
    report(f"What the server adds to a painting, {pictures} pictures of 512x512 each", header, rows)
    later = sorted(1000 * (heard - own) for heard, own in zip(told, engine.wall, strict=True))
    print(
        f"From `POST /api/jobs` to the event `picture`: {statistics.median(told):.3f} s, "
        f"{statistics.median(later):+.0f} ms over the engine's own time (median of pairs).\n"
    )


def added(ones: list[float], others: list[float]) -> float:
    """By how many percent, in the median of pairs."""
    return 100 * (statistics.median(one / other for one, other in zip(ones, others, strict=True)) - 1)


# Part 2.


def measure_memory(pictures: int, every: int, painters: dict[str, dict[str, Any]]) -> None:
    rows: list[list[object]] = []
    marks = list(range(every, pictures + 1, every))
    for name, painting in painters.items():
        with (
            tempfile.TemporaryDirectory() as folder,
            serving(Path(folder)) as server,
            client(server) as http,
            watching(server, 1) as watchers,
        ):
            seen: list[float] = []
            for mark in marks:
                body = {**PAINTING, "count": 10, "seed": mark * 1000, **painting}
                for _ in range(every // 10):
                    http.post("/api/jobs", json=body).raise_for_status()
                for _ in range(every):
                    watchers[0].hear()
                seen.append(server.memory_mib())
        settled = seen[marks.index(2 * every)]
        rows.append([name, *(f"{mib:.0f}" for mib in seen), f"{100 * (seen[-1] / settled - 1):+.1f} %"])
    header = ("", *(f"{mark:,}" for mark in marks), f"{2 * every:,} to {pictures:,}")
    report("Memory of the server in MiB after so many pictures", header, rows)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("part", nargs="*", default=[])
    arguments.add_argument("--pictures", type=int, default=30)
    arguments.add_argument("--memory", type=int, default=1000)
    given = arguments.parse_args()
    match given.part:
        case ["alone"]:
            paint_alone()
        case ["python"]:
            paint_in_python()
        case ["watch", address]:
            watch(address)
        case parts:
            if "memory" not in parts:
                measure_time(given.pictures)
            if "time" not in parts:
                painters = {
                    "fake, 64x64": {"engine": "fake", "width": 64, "height": 64},
                    "pocket, 256x256, 4 steps": {"engine": "pocket", "width": 256, "height": 256, "steps": 4},
                }
                measure_memory(given.memory, 100, painters)


if __name__ == "__main__":
    main()
