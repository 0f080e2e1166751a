"""Ways to run the command line: in this process (quick), as a program, and in a terminal."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pexpect
import pytest
from PIL import Image

from studiolo.cli import main
from studiolo.embedding import TextEmbedder

PROGRAM = (sys.executable, "-m", "studiolo.cli")

SLOW_ENGINE = """
import os
import time
from dataclasses import replace

from studiolo.engines.fake import FakeImageEngine
from studiolo.requests import ignore_progress


class SlowImageEngine(FakeImageEngine):
    def generate(self, request, progress=ignore_progress):
        def wait_first(step):
            time.sleep(float(os.environ.get("SLOW_STEP_S", "0.05")))
            progress(step)

        for picture in super().generate(request, wait_first):
            yield replace(picture, engine="slow", timings={"painting": 1.25}, notes=("slowly painted",))
"""


def pixels(path: Path | str) -> tuple[tuple[int, int], bytes]:
    """Size and pixels of a picture file."""
    with Image.open(path) as image:
        return image.size, image.tobytes()


def plain(text: str) -> str:
    """What is seen of a terminal's output, without colours and cursor movements."""
    return re.sub("\x1b(\\[[0-9;?]*[A-Za-z]|[_P\\]].*?(\x1b\\\\|\x07))", "", text)


@dataclass(frozen=True)
class Done:
    """What a run left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()

    @property
    def paths(self) -> list[Path]:
        return [Path(line) for line in self.lines]


@pytest.fixture(autouse=True)
def _plain_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """The terminal the tests run in decides nothing; the fake engine paints."""
    for name in (
        "NO_COLOR",
        "FORCE_COLOR",
        "COLORTERM",
        "TERM_PROGRAM",
        "KITTY_WINDOW_ID",
        "TMUX",
        "COLUMNS",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("STUDIOLO_ENGINE", "fake")


@pytest.fixture(scope="session")
def embedder() -> TextEmbedder:
    """The real one, loaded once."""
    return TextEmbedder()


@pytest.fixture
def run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, embedder: TextEmbedder
) -> Callable[..., Done]:
    """Run a command line in this process."""
    for where in ("studiolo.embedding", "studiolo.studio.core"):
        monkeypatch.setattr(f"{where}.TextEmbedder", lambda **options: embedder)

    def call(*arguments: object, stdin: str = "") -> Done:
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Done(code, captured.out, captured.err)

    return call


class Screen(io.StringIO):
    """A stdout that a person reads."""

    encoding = "utf-8"  # pyright: ignore[reportAssignmentType]

    def isatty(self) -> bool:
        return True


@pytest.fixture
def look(run: Callable[..., Done], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Done]:
    """Run a command line in this process, in a terminal; without colours, so that words can be found."""

    def call(*arguments: object, columns: int = 80) -> Done:
        screen = Screen()
        with monkeypatch.context() as patch:
            patch.setenv("COLUMNS", str(columns))
            patch.setenv("NO_COLOR", "1")
            patch.setattr(sys, "stdout", screen)
            done = run(*arguments)
        return Done(done.code, plain(screen.getvalue()), done.err)

    return call


@pytest.fixture
def program() -> Callable[..., Done]:
    """Run a command line as a program of its own."""

    def call(*arguments: object, stdin: str | bytes = "", **environment: str) -> Done:
        done = subprocess.run(
            [*PROGRAM, *map(str, arguments)],
            input=stdin.encode() if isinstance(stdin, str) else stdin,
            capture_output=True,
            env={**os.environ, **environment},
            timeout=60,
            check=False,
        )
        return Done(
            done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")
        )

    return call


@pytest.fixture
def terminal() -> Iterator[Callable[..., pexpect.spawn]]:
    """Start a command line in a terminal of its own."""
    started: list[pexpect.spawn] = []

    def start(*arguments: object, columns: int = 80, **environment: str) -> pexpect.spawn:
        child = pexpect.spawn(
            PROGRAM[0],
            [*PROGRAM[1:], *map(str, arguments)],
            env={**os.environ, "TERM": "xterm-256color", **environment},
            encoding="utf-8",
            codec_errors="replace",
            dimensions=(30, columns),
            timeout=20,
        )
        started.append(child)
        return child

    yield start
    for child in started:
        child.close(force=True)


@pytest.fixture
def slow_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An installed engine ``slow`` that takes 0.05 s a step; found by subprocesses only."""
    package = tmp_path / "plugin" / "slow-1.dist-info"
    package.mkdir(parents=True)
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: slow\nVersion: 1\n")
    (package / "entry_points.txt").write_text("[studiolo.engines]\nslow = slow_engine:SlowImageEngine\n")
    (package.parent / "slow_engine.py").write_text(SLOW_ENGINE)
    monkeypatch.setenv("PYTHONPATH", str(package.parent))
    return "slow"


@pytest.fixture
def no_traces(home: Path) -> Callable[[], None]:
    """Assert that no picture was kept and nothing half-written lies about."""

    def check() -> None:
        kept = [path for path in home.rglob("*") if path.suffix in {".png", ".webp", ".part"}]
        assert kept == []

    return check
