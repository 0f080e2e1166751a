"""index.html names every module of the first page, so that a browser asks for all of them at once."""

from __future__ import annotations

import re
from pathlib import Path

from studiolo.web import FOLDER

_IMPORT = re.compile(r'^(?:import|export)\b[^;]*?from\s*"(\.[^"]+)"|^import\s*"(\.[^"]+)"', re.MULTILINE)


def imported(first: Path) -> list[Path]:
    """The module and all that it imports at once, near ones first."""
    found: list[Path] = []
    waiting = [first]
    while waiting:
        path = waiting.pop(0)
        if path not in found:
            found.append(path)
            names = (match[1] or match[2] for match in _IMPORT.finditer(path.read_text("utf-8")))
            waiting += [(path.parent / name).resolve() for name in names]
    return found


def test_what_the_first_page_imports_is_asked_for_at_once():
    modules = {
        path.relative_to(FOLDER.resolve()).as_posix() for path in imported(FOLDER.resolve() / "app.js")[1:]
    }
    assert len(modules) > 20
    index = (FOLDER / "index.html").read_text("utf-8")
    named = re.findall(r'<link rel="modulepreload" href="/static/([^"]+)">', index)
    assert len(named) == len(set(named))
    assert set(named) == modules, "write what is missing into index.html, and take out what has gone"
