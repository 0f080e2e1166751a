"""What hosted image engines add to their vendors' own clients: `python -m benchmarks.hosted_images`.

For each vendor a server in a process of its own speaks its protocol over loopback, and takes as long over a
picture as it is told; what it paints is one picture of 1024x1024, as large a file as a photograph. The clock
runs until the decoded picture is at hand. The bare client and the engine take turns, and so does who is
first, so that a busy moment of the machine falls on both alike.
"""

from __future__ import annotations

import multiprocessing
import statistics
import sys
import time
from collections.abc import Callable

from benchmarks import hosted_clients, hosted_services
from benchmarks.machine import report

LASTS_S = 2.25
"""What painting takes, about: few services are quicker, most take longer. It lies between two looks of
Replicate's own client, which come every half a second."""

PAIRS, PAIRS_AT_ONCE = 9, 21
TOGETHER = 4

Ask = Callable[[int], None]
"""Has a picture painted, of a seed."""


def main() -> None:
    rows: list[list[str]] = []
    for vendor in sys.argv[1:] or hosted_services.VENDORS:
        told = [vendor, hosted_clients.CLIENTS[vendor].title]
        rows.append([*told, *_compared(vendor, LASTS_S, PAIRS), *_compared(vendor, 0.0, PAIRS_AT_ONCE)])
        rows[-1].append(_together(vendor))
    report(
        f"Hosted image engines beside the bare clients (median of {PAIRS} and of {PAIRS_AT_ONCE} in turns)",
        [
            "",
            "bare client",
            f"painting takes {LASTS_S:g} s: bare, engine",
            "added",
            "no time: bare, engine",
            "added",
            f"{TOGETHER} pictures, of one",
        ],
        rows,
    )


def _compared(vendor: str, lasts_s: float, pairs: int) -> list[str]:
    """Both medians, and what the engine adds: the median of the pairs, with its quartiles."""
    with hosted_services.running(vendor, lasts_s) as address, hosted_clients.both(vendor, address) as ways:
        took = _in_turns(list(ways), pairs)
    assert min(map(min, took)) >= lasts_s, "the server did not take its time"
    bare_s, ours_s = (statistics.median(each) for each in took)
    added = [ours - bare for bare, ours in zip(*took, strict=True)]
    low_s, middle_s, high_s = statistics.quantiles(added, n=4)
    share = f" ({middle_s / bare_s:+.1%})" if lasts_s else ""
    spread = f"{low_s * 1000:+.0f} to {high_s * 1000:+.0f}"
    return [
        f"{bare_s * 1000:.0f} ms, {ours_s * 1000:.0f} ms",
        f"{middle_s * 1000:+.0f} ms{share}, half of them {spread}",
    ]


def _in_turns(ways: list[Ask], pairs: int) -> tuple[list[float], list[float]]:
    took: tuple[list[float], list[float]] = ([], [])
    for ask in ways:
        ask(1)  # connections, imports and lists are had by now
    for turn in range(pairs):
        for which in (0, 1) if turn % 2 else (1, 0):
            started = time.perf_counter()
            ways[which](100 + turn)
            took[which].append(time.perf_counter() - started)
    return took


def _together(vendor: str) -> str:
    """How long several pictures of one request take, in the time of one."""
    with hosted_services.running(vendor, LASTS_S) as address, hosted_clients.engine(vendor, address) as paint:
        paint(1, 1)
        took: list[float] = []
        for count in (1, TOGETHER):
            started = time.perf_counter()
            paint(7, count)
            took.append(time.perf_counter() - started)
    return f"{took[1] / took[0]:.2f} times"


if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    main()
