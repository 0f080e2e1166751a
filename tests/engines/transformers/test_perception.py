"""Models that find and take apart what pictures show: tiny ones from the real classes, through real files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from studiolo.engines.base import EngineConfig
from studiolo.engines.transformers.ade20k import COLOURS
from studiolo.engines.transformers.locating import Locator
from studiolo.engines.transformers.segmenting import Segmenter
from studiolo.errors import EngineError
from tests.engines.transformers.tiny import tokenizer

LAYERS: dict[str, Any] = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
}


def save_clipseg(folder: Path) -> Path:
    import torch
    from transformers import (
        CLIPSegConfig,
        CLIPSegForImageSegmentation,
        CLIPSegProcessor,
        ViTImageProcessorPil,
    )

    words = tokenizer(None)
    ends = {
        "bos_token_id": words.bos_token_id,
        "eos_token_id": words.eos_token_id,
        "pad_token_id": words.pad_token_id,
    }
    text = {**LAYERS, **ends, "vocab_size": len(words), "max_position_embeddings": 77}
    vision = {**LAYERS, "image_size": 32, "patch_size": 8}
    config = CLIPSegConfig(
        text_config=text, vision_config=vision, projection_dim=32, extract_layers=[0, 1, 2], reduce_dim=16
    )
    torch.manual_seed(0)
    CLIPSegForImageSegmentation(config).save_pretrained(folder)
    size = {"height": 32, "width": 32}
    CLIPSegProcessor(image_processor=ViTImageProcessorPil(size=size), tokenizer=words).save_pretrained(folder)
    return folder


def save_upernet(folder: Path) -> Path:
    import torch
    from transformers import (
        ConvNextConfig,
        SegformerImageProcessorPil,
        UperNetConfig,
        UperNetForSemanticSegmentation,
    )

    backbone = ConvNextConfig(
        hidden_sizes=[8, 8, 16, 16],
        depths=[1, 1, 1, 1],
        out_features=["stage1", "stage2", "stage3", "stage4"],
    )
    config = UperNetConfig(
        backbone_config=backbone,
        hidden_size=16,
        num_labels=150,
        auxiliary_in_channels=16,
        auxiliary_channels=8,
    )
    torch.manual_seed(0)
    UperNetForSemanticSegmentation(config).save_pretrained(folder)
    SegformerImageProcessorPil(size={"height": 64, "width": 64}).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def clipseg(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_clipseg(tmp_path_factory.mktemp("clipseg"))


@pytest.fixture(scope="module")
def upernet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_upernet(tmp_path_factory.mktemp("upernet"))


@pytest.fixture
def config(tmp_path: Path) -> EngineConfig:
    return EngineConfig(models_folder=tmp_path / "models", offline=True, options={"dtype": "float32"})


@pytest.fixture
def picture() -> Image.Image:
    noise = np.random.default_rng(3).integers(0, 255, (45, 70, 3), np.uint8)
    return Image.fromarray(noise)


@pytest.fixture
def locator(config: EngineConfig, clipseg: Path) -> Iterator[Locator]:
    found = Locator(config, str(clipseg))
    yield found
    found.close()


def test_what_words_mean_is_a_mask_of_the_pictures_size(locator: Locator, picture: Image.Image):
    assert locator.ready
    mask, sure = locator.locate(picture, "a red apple")
    assert (mask.mode, mask.size) == ("L", picture.size)
    assert {value for _, value in mask.getcolors() or []} <= {0, 255}
    assert 0 <= sure <= 1
    assert locator.locate(picture, "a red apple")[1] == sure
    assert locator.locate(picture, "snow, and a blue car")[1] != sure


def test_very_many_words_are_cut(locator: Locator, picture: Image.Image):
    assert locator.locate(picture, "apple " * 500)[0].size == picture.size


def test_classes_have_the_colours_that_control_models_know(
    config: EngineConfig, upernet: Path, picture: Image.Image
):
    segmenter = Segmenter(config, str(upernet))
    drawn = segmenter.segment(picture)
    assert (drawn.mode, drawn.size) == ("RGB", picture.size)
    assert {colour for _, colour in drawn.getcolors() or []} <= {tuple(map(int, each)) for each in COLOURS}
    segmenter.close()
    assert segmenter.segment(picture).tobytes() == drawn.tobytes()  # loaded anew


def test_the_palette_is_ade20ks():
    assert COLOURS.shape == (150, 3)
    # wall, sky, tree, person, flag
    named = {0: (120, 120, 120), 2: (6, 230, 230), 4: (4, 200, 3), 12: (150, 5, 61), 149: (92, 0, 255)}
    assert {index: tuple(map(int, COLOURS[index])) for index in named} == named


def test_what_was_not_pulled_is_not_ready_and_says_how_to_get_it(config: EngineConfig, picture: Image.Image):
    for kind in (Locator, Segmenter):
        assert not kind(config).ready
    with pytest.raises(EngineError, match="is not on this machine") as caught:
        Locator(config).locate(picture, "an apple")
    assert caught.value.hint == "Run: studiolo pull CIDAS/clipseg-rd64-refined"


def test_another_model_in_its_folder_is_said(config: EngineConfig, upernet: Path, picture: Image.Image):
    with pytest.raises(EngineError, match=r"lack \d+ tensors"):
        Locator(config, str(upernet)).locate(picture, "an apple")
