"""The official npm client, unchanged, at a server of ours."""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from studiolo.audio.decoding import decode
from tests.server.dialects.openai.pictures import masked, opened, png
from tests.server.dialects.openai.slow import Slow, states, wait_until
from tests.server.serving import TIMEOUT_S, Serving

SCRIPT = Path(__file__).with_name("client.mjs")
Ask = Callable[[str], Any]


@pytest.fixture
def ask(npm_client: Path, server: Serving, tmp_path: Path) -> Ask:
    """Run a scenario of ``client.mjs`` against ``server``; what it printed."""
    for name, content in (
        ("image.png", png("blue")),
        ("mask.png", masked((0, 0, 32, 64))),
        ("client.txt", b"x"),
    ):
        (tmp_path / name).write_bytes(content)
    (tmp_path / "node_modules").symlink_to(npm_client / "node_modules")

    def run(scenario: str) -> Any:
        done = subprocess.run(
            ["node", SCRIPT, server.address, scenario],
            cwd=tmp_path, capture_output=True, text=True, timeout=TIMEOUT_S,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


def test_it_lists_models(ask: Ask):
    told = ask("models")
    assert {"fake", "pocket", "espeak"} <= set(told["found"])
    assert told["one"] == "fake:any/model"


def test_it_paints_with_a_seed(ask: Ask, server: Serving):
    told = ask("generate")
    assert [one["seed"] for one in told["first"]] == [7, 8]
    assert [opened(one["b64_json"]).tobytes() for one in told["first"]] == [
        opened(one["b64_json"]).tobytes() for one in told["again"]
    ]
    assert told["size"] == "64x64"
    made = server.studio.gallery.get("latest")
    assert (made.steps, made.negative_prompt) == (3, "blur")


def test_it_gets_pictures_as_they_come(ask: Ask):
    assert ask("stream") == {"events": ["image_generation.completed"] * 2}


def test_it_edits_with_a_mask(ask: Ask):
    [made] = ask("edit")["data"]
    image = opened(made["b64_json"]).convert("RGB")
    assert image.getpixel((60, 30)) == (0, 0, 255)
    assert image.getpixel((5, 30)) != (0, 0, 255)
    assert made["seed"] == 4


def test_it_varies(ask: Ask, server: Serving):
    assert len(ask("variation")["data"]) == 1
    assert server.studio.gallery.get("latest").prompt == "like it"


def test_it_talks_about_a_picture(ask: Ask):
    told = ask("chat")
    assert told["whole"] == "[1 seen] what is it?"
    assert "".join(told["pieces"]) == told["whole"]
    assert len(told["pieces"]) == 5
    assert told["usage"]["completion_tokens"] == 5


def test_it_hears_speech(ask: Ask):
    assert decode(base64.b64decode(ask("speech")["audio"])).seconds == pytest.approx(0.3, abs=0.15)


def test_it_raises_its_own_errors(ask: Ask):
    told = ask("errors")
    assert (told["unknown"]["name"], told["unknown"]["code"]) == ("NotFoundError", "model_not_found")
    assert told["bad"]["name"] == "BadRequestError"
    assert "The nearest it can do is 8x8" in told["bad"]["message"]
    assert told["broken"]["name"] == "BadRequestError"


def test_what_it_aborts_is_cancelled(ask: Ask, server: Serving, slow: Slow):
    assert ask("abort")["ended"] in {"APIUserAbortError", "AbortError", "whole"}
    wait_until(lambda: states(server) == ["cancelled"])
