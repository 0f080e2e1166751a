"""Tables that stand between two marks on a page of documentation, and are written by a program."""

from __future__ import annotations

import re
from pathlib import Path

DOCS = Path(__file__).parents[3] / "docs"


def mark(page: str, name: str) -> tuple[str, str]:
    """What the opening mark of the table ``name`` says behind its colon, and the table."""
    found = _pattern(name).search((DOCS / page).read_text(encoding="utf-8"))
    assert found is not None, f"docs/{page} has no mark '{name}'"
    return (found["said"] or "").strip(), found["table"].strip()


def write(page: str, name: str, table: str) -> None:
    """Put ``table`` between the marks."""
    file = DOCS / page
    text = file.read_text(encoding="utf-8")
    written = _pattern(name).sub(lambda found: f"{found['open']}\n{table}\n{found['close']}", text)
    file.write_text(written, encoding="utf-8")


def cells(table: str) -> list[list[str]]:
    """The rows of a table, its heading first, without the line between."""
    rows = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("|")]
    return [row for row in rows if not re.fullmatch(r"-+", row[-1].strip())]


def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?P<open><!-- {name}(:(?P<said>[^>]*))? -->)\n(?P<table>.*?)(?P<close><!-- end of {name} -->)",
        re.DOTALL,
    )
