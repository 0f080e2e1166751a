"""``studiolo models`` and ``studiolo pull``, against a hub on loopback."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pexpect
import pytest

from studiolo.settings import Settings
from tests.engines.local.hub_server import Hub, serving_all
from tests.engines.local.repositories import network, pipeline, safetensors, write

from .conftest import PROGRAM, Done, plain

BIG = 6_000_000


@pytest.fixture
def hub(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Hub]]:
    """A hub that has SD-Turbo, a model of LLaVA's kind and a LoRA; the settings name its address."""
    pytest.importorskip("huggingface_hub", reason="needs the extra 'local': make local")
    models = {
        "stabilityai/sd-turbo": pipeline(
            tmp_path / "turbo",
            "StableDiffusionPipeline",
            without=("text_encoder_2", "tokenizer_2"),
            scheduler={"timestep_spacing": "trailing"},
            weights=BIG,
        ),
        "madebyollin/taesd": network(tmp_path / "taesd"),
        "someone/talker": write(
            tmp_path / "talker",
            {"config.json": b'{"model_type": "llava"}', "model.safetensors": safetensors()},
        ),
        "someone/ink": write(tmp_path / "ink", {"ink.safetensors": safetensors()}),
    }
    with serving_all(models) as (address, server):
        for engine in ("DIFFUSERS", "TRANSFORMERS"):
            monkeypatch.setenv(f"STUDIOLO_ENGINES__{engine}__HUB", address)
        yield server


def row(run: Callable[..., Done], name: str) -> list[str]:
    return next(line.split("\t") for line in run("models").lines if line.split("\t")[1] == name)


def test_the_list_says_engine_state_size_and_licence(run: Callable[..., Done], home: Path):
    engine, name, state, here, size, licence = row(run, "sdxl")
    assert (engine, name, state, here, size) == ("diffusers", "sdxl", "not here", "0", "11650000000")
    assert licence == "CreativeML Open RAIL++-M"


def test_the_list_as_json(run: Callable[..., Done], home: Path):
    told = run("models", "--json").json
    models = {(model["engine"], model["name"]): model for model in told["models"]}
    assert models["diffusers", "sdxl"]["download_bytes"] == 11_650_000_000
    assert models["transformers", "llava-hf/llava-1.5-7b-hf"]["kind"] == "chat"
    assert told["free_bytes"] > 0
    assert told["folder"] == str(Settings.load().models_folder)


def test_the_list_at_a_terminal(home: Path):
    out = pexpect.run(" ".join([*PROGRAM, "models"]), env={**os.environ, "COLUMNS": "120"}, timeout=60)
    text = plain(out.decode())
    assert "~11.7 GB" in text
    assert "not here" in text
    assert "free in" in text


def test_a_model_is_pulled_listed_and_removed(run: Callable[..., Done], hub: type[Hub]):
    done = run("pull", "sd-turbo")
    assert (done.code, done.out) == (0, "")
    assert "diffusers:sd-turbo is here: " in done.err
    assert "unet/diffusion_pytorch_model.fp16.safetensors" in done.err
    _, _, state, here, _, _ = row(run, "sd-turbo")
    assert state == "here"
    assert int(here) > 3 * BIG
    done = run("models", "remove", "sd-turbo", "--json")
    assert done.json == {"name": "sd-turbo", "freed_bytes": int(here)}
    assert row(run, "sd-turbo")[2] == "not here"
    done = run("models", "remove", "sd-turbo")
    assert done.code == 2
    assert "not here" in done.err


@pytest.mark.parametrize(
    ("name", "engine"),
    [
        ("someone/talker", "transformers"),
        ("transformers:someone/talker", "transformers"),
        ("someone/ink", "diffusers"),
        ("diffusers:sd-turbo", "diffusers"),
    ],
)
def test_a_model_finds_its_engine(run: Callable[..., Done], hub: type[Hub], name: str, engine: str):
    told = run("pull", name, "--json").json
    assert (told["engine"], told["name"], told["ready"]) == (engine, name.removeprefix(f"{engine}:"), True)


@pytest.mark.parametrize(
    ("name", "code", "said"),
    [
        ("sd-turbp", 2, "Did you mean 'sd-turbo'?"),
        ("nobody:sdxl", 2, "no engine 'nobody'"),
        ("pocket:sdxl", 2, "no model 'sdxl' to pull"),
        ("someone/else", 2, "The hub has no model 'someone/else'"),
        ("someone/ink/ink.ckpt", 2, "can run any code"),
    ],
)
def test_what_cannot_be_pulled(run: Callable[..., Done], hub: type[Hub], name: str, code: int, said: str):
    done = run("pull", name)
    assert done.code == code
    assert said in done.err


def test_offline_nothing_is_pulled(run: Callable[..., Done], hub: type[Hub], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("STUDIOLO_OFFLINE", "1")
    done = run("pull", "sd-turbo")
    assert done.code == 1
    assert "studiolo is offline" in done.err
    assert hub.asked == []


def test_a_bar_at_a_terminal_and_going_on_after_ctrl_c(hub: type[Hub], home: Path):
    hub.slow = 0.05
    child = pexpect.spawn(PROGRAM[0], [*PROGRAM[1:], "pull", "sd-turbo"], timeout=60, dimensions=(24, 110))
    child.expect("unet/diffusion")
    child.expect(r"MB/s")
    child.kill(signal.SIGINT)
    child.expect("To go on: studiolo pull sd-turbo")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130
    assert list(Settings.load().models_folder.rglob("*.incomplete"))
    hub.slow = 0.0
    hub.sent.clear()
    child = pexpect.spawn(PROGRAM[0], [*PROGRAM[1:], "pull", "sd-turbo"], timeout=60, dimensions=(24, 110))
    child.expect("diffusers:sd-turbo is here")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert any(100_000 < size < BIG for size in hub.sent), "the rest of a file, not all of it"
