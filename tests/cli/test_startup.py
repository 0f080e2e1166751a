"""The command line answers quickly, because it loads only what a command needs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import pytest

HEAVY = {"PIL", "numpy", "onnxruntime", "obstore", "pydantic_settings", "rich", "sqlite3", "tokenizers"}


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], ["generate", "--help"], ["gallery", "list", "-h"]]
)
def test_help_loads_nothing_heavy(arguments: list[str]):
    script = (
        "import contextlib, io, json, sys\n"
        "from studiolo.cli import main\n"
        f"with contextlib.redirect_stdout(io.StringIO()):\n    code = main({arguments!r})\n"
        "print(json.dumps([code, sorted({name.partition('.')[0] for name in sys.modules})]))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    code, loaded = json.loads(done.stdout)
    assert code == 0
    assert HEAVY.intersection(loaded) == set()
    # Typer itself reads the defaults of a command's options with pydantic.
    assert "pydantic" not in loaded or len(arguments) > 1


def test_help_comes_at_once():
    """At most 0.3 s; the best of a few, in processor time, since the machine may have other work."""

    def processor_seconds() -> float:
        before = os.times()
        subprocess.run([sys.executable, "-m", "studiolo.cli", "--help"], capture_output=True, check=True)
        after = os.times()
        return after.children_user - before.children_user + after.children_system - before.children_system

    started = time.perf_counter()
    assert min(processor_seconds() for _ in range(3)) <= 0.3, time.perf_counter() - started
