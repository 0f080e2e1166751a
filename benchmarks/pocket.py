"""Seconds and memory per picture of the pocket painter: `python -m benchmarks.pocket`.

Each row is a process of its own that paints ten pictures after one to warm up. The networks' arithmetic is
set against what this machine's matrix multiplication does in the same run: the physical limit here.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time

from benchmarks.machine import report

PROMPT = "two red apples left of a blue car in the snow"
ROWS = (
    ("draft alone (strength 0)", {"strength": 0.0}),
    ("default", {}),
    ("default, no guidance", {"guidance_scale": 1.0}),
    ("from noise (strength 1)", {"strength": 1.0}),
    ("default, 1024x1024", {"width": 1024, "height": 1024}),
)


def paint(fields: dict[str, float]) -> None:
    """Paint in this process and print what it took."""
    import resource

    from studiolo.engines.pocket import PocketImageEngine
    from studiolo.engines.resolving import resolve
    from studiolo.requests import ImageRequest

    begun = time.perf_counter()
    engine = PocketImageEngine()
    seconds, stages = [], []
    for seed in range(11):
        request = resolve(engine.capabilities, ImageRequest.parse({"prompt": PROMPT, "seed": seed, **fields}))
        started = time.perf_counter()
        picture = next(engine.generate(request))
        seconds.append(time.perf_counter() - started)
        stages.append(picture.timings)
        if seed == 0:
            first = time.perf_counter() - begun
    print(
        json.dumps(
            {
                "first": first,
                "seconds": seconds[1:],
                "draft": statistics.median(s["draft"] for s in stages[1:]),
                "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            }
        )
    )


def multiplication_speed() -> float:
    """What numpy's float32 matrix product does here, in GFLOP/s."""
    import numpy as np

    a = np.random.default_rng(0).standard_normal((2048, 2048), np.float32)
    best = min(_timed(lambda: a @ a) for _ in range(10))
    return 2 * 2048**3 / best / 1e9


def _timed(work: object) -> float:
    started = time.perf_counter()
    work()  # type: ignore[operator]
    return time.perf_counter() - started


def main() -> None:
    """Print the table."""
    rows: list[list[str]] = []
    for name, fields in ROWS:
        command = [sys.executable, "-m", "benchmarks.pocket", json.dumps(fields)]
        result = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        seconds = sorted(result["seconds"])
        rows.append(
            [
                name,
                f"{statistics.median(seconds):.2f} s",
                f"{seconds[0]:.2f} to {seconds[-1]:.2f} s",
                f"{result['draft']:.2f} s",
                f"{result['first']:.2f} s",
                f"{result['memory']:.0f} MB",
            ]
        )
    header = [
        "painting",
        "median of 10",
        "min to max",
        "of it the draft",
        "first, with loading",
        "peak memory",
    ]
    report("The pocket painter", header, rows)
    print(f"numpy's float32 matrix product in the same run: {multiplication_speed():.0f} GFLOP/s.")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        paint(json.loads(sys.argv[1]))
    else:
        main()
