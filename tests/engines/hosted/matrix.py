"""Writes the failure matrix into its pages, from what the tests saw.

STUDIOLO_FAULT_MATRIX=/tmp/seen.jsonl pytest tests/engines/*/test_hosted.py
python -m tests.engines.hosted.matrix /tmp/seen.jsonl
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from tests.engines.hosted import outcomes, pages
from tests.engines.hosted.faults import HostedFaults
from tests.engines.hosted.outcomes import Outcome
from tests.engines.hosted.rows import ROWS, FaultName

ENGINES = Path(__file__).parents[1]
GRID, DETAILS = ("hosted.md", "failures"), ("hosted-failures.md", "failures")

Seen = Mapping[tuple[str, str], Outcome]


def suites() -> list[type[HostedFaults]]:
    """The subclasses of the suite in ``tests/engines/*/test_hosted.py``, by their engines' names."""
    found: dict[str, type[HostedFaults]] = {}
    for file in sorted(ENGINES.glob("*/test_hosted.py")):
        module = importlib.import_module(f"tests.engines.{file.parent.name}.test_hosted")
        for name, thing in vars(module).items():
            if name.startswith("Test") and isinstance(thing, type) and issubclass(thing, HostedFaults):
                found[thing.name] = thing
    return [found[name] for name in sorted(found)]


def grid(names: Iterable[str], seen: Seen) -> str:
    """Faults by engines: in what each ended."""
    names = list(names)
    rows = [["", *(f"`{name}`" for name in names)], ["---"] * (len(names) + 1)]
    rows += [[row.title, *(_short(seen[name, fault]) for name in names)] for fault, row in ROWS.items()]
    return _table(rows)


def details(names: Iterable[str], seen: Seen) -> str:
    """For each engine what a person reads."""
    return "\n\n".join(_of_engine(name, seen) for name in names)


def _of_engine(name: str, seen: Seen) -> str:
    heading = ["what goes wrong", "what you read", "kept", "painted or paid", "called off"]
    rows = [heading, ["---"] * len(heading)]
    rows += [[ROWS[fault].title, *_told(seen[name, fault], fault)] for fault in ROWS]
    return f"## {name}\n\n{_table(rows)}"


def _told(outcome: Outcome, fault: FaultName) -> Iterator[str]:
    if outcome.reason:
        yield from (f"cannot happen: {outcome.reason}", "", "", "")
        return
    said = " ".join(part for part in (outcome.message, outcome.hint) if part)
    yield f"`{outcome.error}`: {_cell(said)}" if outcome.error else "nothing: it is painted"
    yield f"{outcome.kept} of {outcome.asked}"
    yield str(outcome.paid)
    yield str(outcome.called_off) if fault in {"cancelled", "slow"} else ""


def _short(outcome: Outcome) -> str:
    if outcome.reason:
        return "cannot happen"
    ended = f"`{outcome.error}`" if outcome.error else "painted"
    figures = f", kept {outcome.kept} of {outcome.asked}" if outcome.asked > 1 else ""
    return f"{ended}{figures}, paid {outcome.paid}"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def _table(rows: Iterable[list[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |".replace("|  |", "| |").replace("|  |", "| |") for row in rows)


def main(file: Path) -> None:
    """Write both tables; the last of several outcomes counts."""
    seen = {(outcome.engine, outcome.fault): outcome for outcome in outcomes.read(file)}
    names = [suite.name for suite in suites()]
    missing = [(name, fault) for name in names for fault in ROWS if (name, fault) not in seen]
    if missing:
        sys.exit(f"{file} lacks {len(missing)} outcomes, the first: {missing[0]}")
    pages.write(*GRID, grid(names, seen))
    pages.write(*DETAILS, details(names, seen))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
