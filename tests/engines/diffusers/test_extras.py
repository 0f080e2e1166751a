"""All that is attached, through the engine as a user asks for it: from files beside the model to pictures."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from studiolo.engines.base import EngineConfig
from studiolo.engines.checking import check
from studiolo.engines.diffusers import DiffusersImageEngine
from studiolo.engines.local.residency import LEDGER, Place
from studiolo.engines.resolving import resolve
from studiolo.errors import EngineError, UnsupportedRequestError
from studiolo.requests import GeneratedImage, ImageRequest
from tests.engines.diffusers import tiny, tiny_extras

SIDE = tiny.SIDE_PX


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A models folder with a model, its control, its references and two LoRAs."""
    folder = tmp_path_factory.mktemp("studio")
    base = tiny_extras.load(tiny.sdxl(folder / "xl"))
    tiny_extras.controlnet_union(folder / "xl-control", base)
    tiny_extras.ip_adapter(folder / "xl-references" / "adapter.safetensors", base)
    tiny_extras.image_encoder(folder / "xl-references" / "image_encoder")
    tiny_extras.lora(folder / "loras" / "pixel.safetensors", base)
    other = tiny_extras.load(tiny.sd(folder / "one"))
    tiny_extras.lora(folder / "loras" / "foreign.safetensors", other)
    return folder


@pytest.fixture(scope="module")
def engine(folder: Path):
    options = {"dtype": "float32", "device": "cpu"}
    config = EngineConfig(model="xl", models_folder=folder, offline=True, threads=1, options=options)
    with DiffusersImageEngine(config) as engine:
        yield engine


def paint(engine: DiffusersImageEngine, **fields: object) -> GeneratedImage:
    asked = {"prompt": "a red fox", "seed": 4, "steps": 4, **fields}
    request = ImageRequest.parse(asked)
    check(engine.capabilities, request, engine="diffusers")
    (result,) = engine.generate(resolve(engine.capabilities, request))
    return result


def picture(seed: int = 1, side: int = SIDE) -> Image.Image:
    return Image.fromarray(np.random.default_rng(seed).integers(0, 256, (side, side, 3), np.uint8))


def edges() -> Image.Image:
    drawn = Image.new("RGB", (SIDE, SIDE))
    ImageDraw.Draw(drawn).ellipse((8, 8, 50, 50), outline="white", width=3)
    return drawn


_ASKED: dict[str, dict[str, object]] = {
    "control": {"control_image": edges(), "control": "canny", "control_prepared": True},
    "references": {"references": [picture(2), picture(3)], "similarity": 0.9},
    "lora": {"loras": [{"name": "pixel", "weight": 1.5}]},
    "lora-in-the-prompt": {"prompt": "a red fox <lora:pixel:1.5>"},
    "palette": {"palette": ["#264653", "#e9c46a"]},
    "all": {
        "control_image": edges(),
        "control_prepared": True,
        "references": [picture(2)],
        "loras": [{"name": "pixel"}],
        "palette": ["#264653"],
    },
}


@pytest.mark.parametrize("asked", list(_ASKED))
def test_it_changes_the_picture_it_is_asked_for_and_no_other(engine: DiffusersImageEngine, asked: str):
    plain = paint(engine).image.tobytes()
    changed = paint(engine, **_ASKED[asked])
    assert changed.image.tobytes() != plain
    assert changed.image.size == (SIDE, SIDE)
    assert paint(engine).image.tobytes() == plain


def test_a_lora_in_the_prompt_is_the_lora(engine: DiffusersImageEngine):
    named = paint(engine, **_ASKED["lora"])
    tagged = paint(engine, **_ASKED["lora-in-the-prompt"])
    assert tagged.image.tobytes() == named.image.tobytes()
    assert tagged.request.prompt == "a red fox <lora:pixel:1.5>", "so that it can be made again"
    assert any("'pixel' (1.5)" in note for note in tagged.notes)


def test_a_palette_reaches_the_painting(engine: DiffusersImageEngine):
    """That it comes nearer is seen in test_guidance, where the autoencoder knows colours."""
    palette = ("#264653", "#e9c46a", "#e76f51")
    plain, led = (paint(engine, palette=each).image.tobytes() for each in ((), palette))
    assert plain != led


@pytest.mark.parametrize("more", ["text", "palette", "references"])
def test_a_picture_grows_to_the_exact_size_and_precise_keeps_it(engine: DiffusersImageEngine, more: str):
    start = picture(5, 60)
    extra = _ASKED.get(more, {})
    result = paint(
        engine, init_image=start, outpaint=(0, 0, 13, 6), seam="precise", **({"prompt": ""} | dict(extra))
    )
    assert result.image.size == (73, 66)
    assert (np.asarray(result.image)[:60, :60] == np.asarray(start)).all()


def test_a_variation_needs_no_words(engine: DiffusersImageEngine):
    one = paint(engine, prompt="", references=[picture(6)], seed=1)
    assert one.image.tobytes() != paint(engine, prompt="", references=[picture(7)], seed=1).image.tobytes()
    assert one.image.tobytes() != paint(engine, prompt="", references=[picture(6)], seed=2).image.tobytes()


def test_a_lora_of_another_family_is_refused_with_both_named(engine: DiffusersImageEngine):
    with pytest.raises(UnsupportedRequestError, match="'foreign' was made for models with words 32 wide"):
        paint(engine, loras=[{"name": "foreign"}])


def test_what_is_not_here_says_what_to_pull(folder: Path):
    options = {"dtype": "float32", "device": "cpu"}
    config = EngineConfig(model="one", models_folder=folder, offline=True, threads=1, options=options)
    with DiffusersImageEngine(config) as engine:
        for asked in ("control", "references"):
            with pytest.raises(EngineError, match="studiolo pull"):
                paint(engine, **_ASKED[asked])
        with pytest.raises(EngineError, match="no LoRA 'pixie'"):
            paint(engine, loras=[{"name": "pixie"}])


@pytest.fixture
def alone(folder: Path, tmp_path: Path) -> EngineConfig:
    """Of a model that no other engine has in memory."""
    for part in ("", "-control", "-references"):
        shutil.copytree(folder / f"xl{part}", tmp_path / f"alone{part}")
    options = {"dtype": "float32", "device": "cpu"}
    return EngineConfig(model="alone", models_folder=tmp_path, offline=True, threads=1, options=options)


def lying(engine: DiffusersImageEngine, **fields: object) -> dict[str, Place[Any]]:
    """What comes to lie in memory, by name, when ``engine`` paints."""
    before = {id(place) for place in LEDGER.loaded("cpu")}
    paint(engine, **fields)
    return {place.name: place for place in LEDGER.loaded("cpu") if id(place) not in before}


def test_the_limit_of_memory_holds_for_what_is_attached_too(alone: EngineConfig):
    with DiffusersImageEngine(alone) as engine:
        room = (lying(engine)["alone"].bytes["cpu"] + 1000) / 1e9
    limited = replace(alone, options={**alone.options, "memory_gb": room})
    with DiffusersImageEngine(limited) as engine:
        paint(engine)
        with pytest.raises(EngineError, match=r"'alone-control' needs .* \(memory_gb allows"):
            paint(engine, **_ASKED["control"])


@pytest.mark.parametrize(("asked", "other"), [("control", "references"), ("references", "control")])
def test_what_was_attached_to_a_model_goes_with_it(alone: EngineConfig, asked: str, other: str):
    """Loaded anew, a model may lie elsewhere, in other numbers, under another plan."""
    with DiffusersImageEngine(alone) as engine:
        here = lying(engine, **_ASKED[asked])
        before = paint(engine, **_ASKED[asked]).image.tobytes()
        model = here.pop("alone")
        (network,) = here.values()
        model.clear()

        paint(engine, **_ASKED[other])

        assert not network.loaded
        assert paint(engine, **_ASKED[asked]).image.tobytes() == before
