"""IP-Adapters: reference pictures for one call, and no trace of them afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from studiolo.engines.diffusers import references
from studiolo.errors import EngineError, UnsupportedRequestError
from tests.engines.diffusers import tiny, tiny_extras

pytest.importorskip("torch", reason="needs the extra 'local': make local")

SIZE = (tiny.SIDE_PX, tiny.SIDE_PX)


@pytest.fixture(scope="module")
def sdxl(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return tiny_extras.load(tiny.sdxl(tmp_path_factory.mktemp("sdxl")))


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_extras.image_encoder(tmp_path_factory.mktemp("encoder"))


@pytest.fixture(scope="module", params=["plus", "whole"])
def adapter(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, sdxl: Any, encoder: Path
) -> references.Adapter:
    file = tmp_path_factory.mktemp("adapter") / "ip-adapter.safetensors"
    tiny_extras.ip_adapter(file, sdxl, plus=request.param == "plus")
    return references.load(sdxl, file, encoder, device="cpu", name="tiny-references")


def noise(seed: int) -> Image.Image:
    return Image.fromarray(np.random.default_rng(seed).integers(0, 256, (48, 40, 3), np.uint8))


def painted(
    pipe: Any, adapter: references.Adapter, *pictures: Image.Image, similarity: float = 1.0, **more: Any
) -> bytes:
    with references.attach(
        pipe,
        adapter,
        pictures,
        similarity=similarity,
        words=True,
        guided=more.get("guidance_scale", 4.0) > 1,
        device="cpu",
    ) as attached:
        return tiny_extras.paint(attached.pipe, **attached.arguments, **more)


def distance(one: bytes, other: bytes) -> float:
    pixels = [np.frombuffer(each, np.uint8).astype(float) for each in (one, other)]
    return float(np.abs(pixels[0] - pixels[1]).mean())


def test_references_change_the_picture_and_nothing_stays(sdxl: Any, adapter: references.Adapter):
    before = tiny_extras.paint(sdxl)
    one = painted(sdxl, adapter, noise(1))
    assert one != before
    assert painted(sdxl, adapter, noise(2)) != one, "another reference"
    assert painted(sdxl, adapter, noise(1), noise(2)) != one, "two references"
    assert painted(sdxl, adapter, noise(1)) == one, "the same again"
    assert tiny_extras.paint(sdxl) == before


def test_the_more_similar_the_further_from_the_picture_without(sdxl: Any, adapter: references.Adapter):
    before = tiny_extras.paint(sdxl)
    far = [distance(painted(sdxl, adapter, noise(3), similarity=each), before) for each in (0.2, 0.6, 1.0)]
    assert far == sorted(far)
    assert far[0] < far[-1]


def test_five_references_and_several_pictures_at_once(sdxl: Any, adapter: references.Adapter):
    import torch

    five = [noise(seed) for seed in range(5)]
    generators = [torch.Generator("cpu").manual_seed(seed) for seed in (5, 6)]
    with references.attach(
        sdxl, adapter, five, similarity=0.7, words=True, guided=True, device="cpu"
    ) as attached:
        alone = tiny_extras.paint(attached.pipe, seed=5, **attached.arguments)
        with tiny_extras.quietly():
            both = attached.pipe(
                ["a red apple"] * 2,
                num_inference_steps=2,
                guidance_scale=4.0,
                width=SIZE[0],
                height=SIZE[1],
                generator=generators,
                **attached.arguments,
            ).images
    assert distance(both[0].tobytes(), alone) < 2
    assert distance(both[1].tobytes(), alone) > 2


def test_without_guidance(sdxl: Any, adapter: references.Adapter):
    before = tiny_extras.paint(sdxl, guidance_scale=0.0)
    assert painted(sdxl, adapter, noise(1), guidance_scale=0.0) != before


@pytest.mark.parametrize("task", ["image", "mask"])
def test_references_go_with_a_picture_and_with_a_mask(sdxl: Any, adapter: references.Adapter, task: str):
    import diffusers

    more: dict[str, Any] = {"image": Image.new("RGB", SIZE, "teal"), "strength": 0.9, "steps": 4}
    kind = "AutoPipelineForImage2Image"
    if task == "mask":
        kind = "AutoPipelineForInpainting"
        more |= {"mask_image": Image.new("L", SIZE, 255), "width": SIZE[0], "height": SIZE[1]}
    pipe = getattr(diffusers, kind).from_pipe(sdxl)
    before = tiny_extras.paint(pipe, **more)
    assert painted(pipe, adapter, noise(1), **more) != before
    assert tiny_extras.paint(pipe, **more) == before


def test_what_fails_in_a_call_leaves_no_trace_either(sdxl: Any, adapter: references.Adapter):
    before = tiny_extras.paint(sdxl)
    with (
        pytest.raises(KeyboardInterrupt),
        references.attach(sdxl, adapter, [noise(1)], similarity=1.0, words=True, guided=True, device="cpu"),
    ):
        raise KeyboardInterrupt
    assert tiny_extras.paint(sdxl) == before


def test_similarity_is_the_adapters_own_scale_and_less_beside_words():
    assert references.scale_for(1.0, words=False) == 1.0
    assert references.scale_for(0.2, words=False) == 0.2
    assert references.scale_for(0.7, words=True) == pytest.approx(0.6, abs=0.01)


def test_fused_projections_stay_fused(sdxl: Any, adapter: references.Adapter):
    before = tiny_extras.paint(sdxl)
    sdxl.fuse_qkv_projections(vae=False)
    try:
        painted(sdxl, adapter, noise(1))
        assert {type(each).__name__ for each in sdxl.unet.attn_processors.values()} == {
            "FusedAttnProcessor2_0"
        }
    finally:
        sdxl.unfuse_qkv_projections(vae=False)
    assert distance(tiny_extras.paint(sdxl), before) < 1


def test_weights_of_another_family_are_refused(sdxl: Any, encoder: Path, tmp_path: Path):
    other = tiny_extras.load(tiny.sd(tmp_path / "sd"))
    file = tiny_extras.ip_adapter(tmp_path / "ip-adapter.safetensors", other)
    with pytest.raises(EngineError, match="32 wide; this model's are 96 wide"):
        references.load(sdxl, file, encoder, device="cpu", name="tiny")
    assert references.load(other, file, encoder, device="cpu", name="tiny").processors


def test_what_is_no_adapter_is_refused(sdxl: Any, encoder: Path):
    with pytest.raises(EngineError, match="holds no IP-Adapter"):
        references.load(sdxl, encoder / "model.safetensors", encoder, device="cpu", name="tiny")
    with pytest.raises(UnsupportedRequestError, match="takes no reference pictures"):
        references.load(object(), encoder / "model.safetensors", encoder, device="cpu", name="tiny")


def test_an_adapter_for_another_image_encoder_says_what_to_do(sdxl: Any, encoder: Path, tmp_path: Path):
    file = tiny_extras.ip_adapter(tmp_path / "ip-adapter.safetensors", sdxl)
    (tmp_path / "broken").mkdir()
    with pytest.raises(EngineError, match="studiolo pull tiny"):
        references.load(sdxl, file, tmp_path / "broken", device="cpu", name="tiny")
