"""Who paints, answers and speaks when none is named: changed on the page, kept in the file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .serving import Serving


def test_what_is_set_is_told(server: Serving):
    assert server.get("/api/settings").json() == {
        "engine": "fake", "assistant": "pocket", "speech": "fake", "offline": False, "fixed": {},
    }  # fmt: skip


def test_a_change_holds_at_once_and_after_a_restart(start: Callable[..., Serving], home: Path):
    server = start()
    answer = server.patch("/api/settings", json={"assistant": "fake", "speech": "espeak"})
    assert (answer.json()["assistant"], answer.json()["speech"]) == ("fake", "espeak")
    assert server.get("/api/session").json()["defaults"]["assistant"] == "fake"
    assert server.post("/api/suggestions", json={"style": "calm", "n": 1}).json()["engine"] == "fake"
    assert 'assistant = "fake"' in (home / "config.toml").read_text()
    assert start().get("/api/settings").json()["assistant"] == "fake"
    assert server.patch("/api/settings", json={"assistant": None}).json()["assistant"] == "pocket"
    assert "assistant" not in (home / "config.toml").read_text()


def test_nothing_to_change_changes_nothing(server: Serving, home: Path):
    assert server.patch("/api/settings", json={}).status_code == 200
    assert not (home / "config.toml").exists()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"engine": "pokcet"}, 404),
        ({"assistant": "olama:m"}, 404),
        ({"speech": "pocket"}, 404),
        ({"engine": ""}, 422),
        ({"engine": 5}, 422),
        ({"engine": ["fake"]}, 422),
        ({"gallery": "/tmp"}, 422),
        ({"offline": False}, 422),
    ],
)
def test_what_cannot_be_is_refused(server: Serving, home: Path, body: dict[str, Any], status: int):
    answer = server.patch("/api/settings", json=body)
    assert answer.status_code == status
    assert answer.json()["hint"]
    assert not (home / "config.toml").exists()


def test_what_the_environment_sets_is_fixed(
    start: Callable[..., Serving], monkeypatch: pytest.MonkeyPatch, home: Path
):
    monkeypatch.setenv("STUDIOLO_ASSISTANT", "fake")
    server = start()
    assert server.get("/api/settings").json()["fixed"] == {"assistant": "the environment"}
    answer = server.patch("/api/settings", json={"assistant": "pocket"})
    assert answer.status_code == 422
    assert "STUDIOLO_ASSISTANT" in answer.json()["hint"]
    assert server.get("/api/settings").json()["assistant"] == "fake"


def test_a_broken_file_is_left_alone(server: Serving, home: Path):
    home.mkdir(exist_ok=True)
    (home / "config.toml").write_text("engine = ")
    answer = server.patch("/api/settings", json={"engine": "pocket"})
    assert answer.status_code == 422
    assert "it was left as it is" in answer.json()["detail"]
    assert (home / "config.toml").read_text() == "engine = "
