"""How long Python, `import studiolo` and `studiolo --help` take: `python -m benchmarks.startup`.

The three take turns, so that a busy moment of the machine falls on all of them alike; the first
turn, which warms the disk cache and writes bytecode, is not counted.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.machine import report

TURNS = 15
COMMANDS = {
    "`python -c pass`": [sys.executable, "-c", "pass"],
    "`python -c 'import studiolo'`": [sys.executable, "-c", "import studiolo"],
    "`studiolo --help`": [str(Path(sys.executable).with_name("studiolo")), "--help"],
}


def seconds(command: list[str]) -> float:
    # A machine may forbid bytecode files; a user's does not.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
    return time.perf_counter() - started


def main() -> None:
    measured: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for turn in range(TURNS + 1):
        for name, command in COMMANDS.items():
            elapsed_s = seconds(command)
            if turn:
                measured[name].append(elapsed_s)
    base_s = statistics.median(next(iter(measured.values())))
    rows = [
        [
            name,
            f"{statistics.median(times) * 1000:.0f} ms",
            f"{min(times) * 1000:.0f} ms",
            f"+{(statistics.median(times) - base_s) * 1000:.0f} ms",
            f"{statistics.median(times) / base_s:.1f}",
        ]
        for name, times in measured.items()
    ]
    report(
        f"Start-up (median of {TURNS})",
        ["command", "median", "fastest", "over Python itself", "ratio"],
        rows,
    )


if __name__ == "__main__":
    main()
