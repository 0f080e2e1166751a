"""How a fault ended, as a line of JSON: what the failure matrix is made of."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from studiolo.errors import StudioloError

_PORT = re.compile(r"\b(127\.0\.0\.1|0\.0\.0\.0|localhost|\[::1\]):\d+")


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One cell. ``error`` is the error's class, empty where it ended well.

    ``reason`` says why a fault does not apply.
    """

    engine: str
    fault: str
    error: str = ""
    message: str = ""
    hint: str = ""
    asked: int = 0
    kept: int = 0
    paid: int = 0
    called_off: int = 0
    reason: str = ""

    @classmethod
    def of(
        cls,
        engine: str,
        fault: str,
        error: Exception | None,
        *,
        asked: int,
        kept: int,
        paid: int,
        called_off: int,
    ) -> Self:
        """How it ended; ports, which differ from run to run, are left out of what was said."""
        told = error if isinstance(error, StudioloError) else None
        return cls(
            engine=engine,
            fault=fault,
            error=type(told).__name__ if told else "",
            message=_PORT.sub(r"\1:PORT", told.message) if told else "",
            hint=_PORT.sub(r"\1:PORT", told.hint) if told else "",
            asked=asked,
            kept=kept,
            paid=paid,
            called_off=called_off,
        )

    @classmethod
    def of_none(cls, engine: str, fault: str, reason: str) -> Self:
        """It does not apply."""
        return cls(engine=engine, fault=fault, reason=reason)


def append(file: Path, outcome: Outcome) -> None:
    """Add a line; one write, so that several processes may."""
    with file.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(asdict(outcome), ensure_ascii=False) + "\n")


def read(file: Path) -> Iterator[Outcome]:
    """The outcomes in ``file``."""
    for line in file.read_text(encoding="utf-8").splitlines():
        yield Outcome(**json.loads(line))
