"""Every test starts from a machine without settings, in an empty folder of its own."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from studiolo import offline
from studiolo.settings import CONVENTIONAL

pytest.register_assert_rewrite("studiolo.testing")

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return ROOT


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """STUDIOLO_HOME, empty; nothing of the developer's own settings or gallery is seen or touched."""
    for name in list(os.environ):
        if name.startswith("STUDIOLO_") or name in CONVENTIONAL:
            monkeypatch.delenv(name)
    folder = tmp_path / "home"
    monkeypatch.setenv("STUDIOLO_HOME", str(folder))
    empty = tmp_path / "working"
    empty.mkdir()
    monkeypatch.chdir(empty)  # a .env in the repository is the developer's
    return folder


@pytest.fixture(autouse=True)
def _online_again() -> object:
    """The offline guard is one per process; a test that sets it does not set it for the next."""
    yield
    offline.allow()


@pytest.fixture
def write_config(home: Path) -> Callable[[str], Path]:
    """Write ``config.toml`` into the home of this test."""

    def write(text: str) -> Path:
        home.mkdir(parents=True, exist_ok=True)
        file = home / "config.toml"
        file.write_text(text)
        return file

    return write
