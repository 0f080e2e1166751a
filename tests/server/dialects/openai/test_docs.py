"""What docs/openai-api.md shows works as it stands there."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from studiolo.server.dialects.openai.chat_bodies import ChatBody
from studiolo.server.dialects.openai.image_bodies import GenerationBody
from studiolo.server.dialects.openai.speech import SpeechBody
from tests.server.serving import Serving

ADDRESS = "http://127.0.0.1:7333"


@pytest.fixture
def page(root: Path) -> str:
    return (root / "docs/openai-api.md").read_text()


def shown(page: str, language: str, server: Serving) -> str:
    """The code of that language, at the server's own address."""
    blocks = re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)
    assert blocks
    assert ADDRESS in page
    return "\n".join(blocks).replace(ADDRESS, server.address)


def run(*command: str | Path, folder: Path) -> str:
    direct = {**os.environ, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, env=direct)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_the_python_and_the_curl_on_the_page_run(page: str, server: Serving, tmp_path: Path):
    said = run(sys.executable, "-c", shown(page, "python", server), folder=tmp_path)
    assert "image_generation.completed" in said
    assert "red" in said
    assert {path.name for path in tmp_path.iterdir()} >= {"apple.png", "mask.png", "apple.mp3"}
    answers = run("bash", "-ec", shown(page, "sh", server), folder=tmp_path)
    first, end = json.JSONDecoder().raw_decode(answers)
    second, _ = json.JSONDecoder().raw_decode(answers[end:].lstrip())
    assert first["data"][0]["url"].startswith(server.address)
    assert second["data"][0]["b64_json"]


def test_the_javascript_on_the_page_runs(page: str, server: Serving, tmp_path: Path, npm_client: Path):
    (tmp_path / "page.mjs").write_text(shown(page, "javascript", server))
    (tmp_path / "node_modules").symlink_to(npm_client / "node_modules")
    assert run("node", "page.mjs", folder=tmp_path).strip() == "7"


def test_what_is_refused_and_what_changes_nothing_is_on_the_page(page: str):
    named = set(re.findall(r"`(\w+)`", page.partition("## What is refused")[2].partition("## Errors")[0]))
    bodies = (ChatBody, GenerationBody, SpeechBody)
    unsaid = {"frequency_penalty", "presence_penalty", "top_logprobs"}  # "penalties", and a part of logprobs
    for body in bodies:
        quiet = {name for name in body.without_effect if not name.startswith("prompt_cache")}
        assert quiet | body.refused <= named | unsaid, body.__name__
