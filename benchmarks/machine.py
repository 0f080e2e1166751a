"""What a benchmark ran on, in words to stand above its table, and a table itself."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path


def describe() -> str:
    """Processor, cores, memory, system, Python, studiolo, load and day, in one line; no host's name."""
    parts = [
        _processor(),
        f"{len(os.sched_getaffinity(0)) if hasattr(os, 'sched_getaffinity') else os.cpu_count()} cores",
        _memory(),
        f"{platform.system()} {platform.machine()}",
        f"Python {platform.python_version()}",
        f"studiolo {version('studiolo')}",
        f"load {os.getloadavg()[0]:.1f} at the start" if hasattr(os, "getloadavg") else "",
        datetime.now(UTC).date().isoformat(),
    ]
    return ", ".join(part for part in parts if part)


def markdown_table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A table as docs/benchmarks.md shows it."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def report(title: str, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a section for docs/benchmarks.md: title, machine, command, table."""
    spec = getattr(sys.modules["__main__"], "__spec__", None)
    command = f"python -m {spec.name}" if spec else Path(sys.argv[0]).name
    print(f"## {title}\n\n{describe()}. Printed by `{command}`.\n\n{markdown_table(header, rows)}\n")


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(": ")[2].strip() for line in lines if line.startswith("model name")), "")


def _memory() -> str:
    try:
        total_bytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        return ""
    return f"{total_bytes / 2**30:.0f} GiB memory"
