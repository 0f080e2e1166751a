"""The pocket painter whole, with the weights it ships with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
import pytest
from PIL import Image

from studiolo.cli import main
from studiolo.engines.base import EngineConfig
from studiolo.engines.pocket import PocketImageEngine, inpainting
from studiolo.engines.pocket import networks as pocket_networks
from studiolo.engines.resolving import resolve
from studiolo.errors import EngineError, UnknownEngineError
from studiolo.imaging.palette import fidelity
from studiolo.requests import GeneratedImage, ImageRequest
from studiolo.testing import ImageEngineContract

APPLES = "two red apples left of a blue car in the snow"


@pytest.fixture(scope="module")
def engine() -> PocketImageEngine:
    return PocketImageEngine()


def paint(engine: PocketImageEngine, **fields: object) -> GeneratedImage:
    request = ImageRequest.parse({"prompt": APPLES, "seed": 1, "width": 256, "height": 256, **fields})
    return next(engine.generate(resolve(engine.capabilities, request)))


def pixels(image: Image.Image) -> np.ndarray:
    return np.asarray(image, np.float32)


def difference(a: GeneratedImage, b: GeneratedImage) -> float:
    return float(np.abs(pixels(a.image) - pixels(b.image)).mean())


class TestContract(ImageEngineContract):
    fields: ClassVar[Mapping[str, Any]] = {"width": 256, "height": 256, "steps": 6}
    strength_zero_within = 0.0

    def make_engine(self):
        return PocketImageEngine()


def test_strength_zero_is_the_draft_and_more_strength_leaves_it_further(engine):
    draft = paint(engine, strength=0.0)
    away = [difference(draft, paint(engine, strength=s)) for s in (0.2, 0.5, 0.8)]
    assert 0 < away[0] < away[1] < away[2]


def test_the_draft_shows_two_red_things_left_of_a_blue_one(engine):
    """Colour alone tells: red pixels lie left of blue ones, on a pale ground, at every seed."""
    for seed in range(1, 6):
        picture = pixels(paint(engine, seed=seed, strength=0.0, width=512, height=512).image)
        red, green, blue = picture[..., 0], picture[..., 1], picture[..., 2]
        reds = np.nonzero((red > 140) & (green < 90) & (blue < 90))[1]
        blues = np.nonzero((blue > 130) & (red < 90) & (green < 150))[1]
        assert reds.size > 500, seed
        assert blues.size > 500, seed
        assert np.percentile(reds, 95) < np.percentile(blues, 30), seed


def test_guidance_and_negative_prompt_change_the_picture(engine):
    plain = paint(engine, guidance_scale=1.0, strength=0.6)
    assert difference(plain, paint(engine, guidance_scale=4.0, strength=0.6)) > 0.1
    guided = paint(engine, guidance_scale=4.0, strength=0.6)
    assert difference(guided, paint(engine, guidance_scale=4.0, strength=0.6, negative_prompt="red")) > 0.05


def test_inpainting_changes_only_where_the_mask_is_white(engine):
    init = paint(engine, strength=0.0).image
    mask = Image.new("L", init.size, 0)
    mask.paste(255, (0, 0, 128, 256))
    painted = paint(
        engine, prompt="a green tree", init_image=init, mask=mask, strength=0.9, width=None, height=None
    )
    before, after = pixels(init), pixels(painted.image)
    np.testing.assert_array_equal(before[:, 128:], after[:, 128:])
    assert np.abs(before[:, :128] - after[:, :128]).mean() > 3


def test_inpainting_drafts_the_prompt_into_the_hole(engine):
    """A red apple in the middle of a blue picture: red inside the mask, blue where nothing was drawn."""
    init = Image.new("RGB", (256, 256), (70, 120, 220))
    mask = Image.new("L", init.size, 0)
    mask.paste(255, (64, 64, 192, 192))
    painted = pixels(paint(engine, prompt="a red apple", init_image=init, mask=mask).image)
    reds = (painted[..., 0] > 150) & (painted[..., 2] < 110)
    assert reds[64:192, 64:192].mean() > 0.1
    corner = painted[66:76, 66:76].mean((0, 1))
    assert np.abs(corner - (70, 120, 220)).max() < 40


PALETTE = ("#10002b", "#7b2cbf", "#f72585", "#4cc9f0")


def near(result: GeneratedImage) -> float:
    return fidelity(result.image, PALETTE).mean_delta_e


def test_a_painting_is_in_its_palette_to_the_end(engine):
    fields: dict[str, Any] = {"prompt": "a castle on a hill", "width": 512, "height": 512}
    plain, asked = paint(engine, **fields), paint(engine, **fields, palette=PALETTE)
    assert near(asked) < 0.6 * near(plain)
    assert fidelity(asked.image, PALETTE).coverage > 0.6
    assert asked.notes == ()


def test_image_to_image_brings_the_picture_into_the_palette(engine):
    init = paint(engine, strength=0.0).image
    asked = paint(engine, init_image=init, palette=PALETTE, strength=0.3)
    assert near(asked) < 0.6 * near(paint(engine, init_image=init, strength=0.3))


def test_a_palette_colours_the_hole_and_nothing_else(engine):
    init = Image.new("RGB", (256, 256), (90, 140, 90))
    mask = Image.new("L", init.size, 0)
    mask.paste(255, (64, 64, 192, 192))
    fields: dict[str, Any] = {"prompt": "a cat", "init_image": init, "mask": mask}
    plain, asked = (paint(engine, **fields, **more) for more in ({}, {"palette": PALETTE}))
    before, after = pixels(plain.image), pixels(asked.image)
    np.testing.assert_array_equal(before[:60], after[:60])
    assert np.abs(before[64:192, 64:192] - after[64:192, 64:192]).mean() > 5


def test_from_noise_alone_the_palette_still_leads(engine):
    plain, led = (paint(engine, strength=1.0, **more) for more in ({}, {"palette": PALETTE}))
    before, after = (fidelity(each.image, PALETTE).mean_delta_e for each in (plain, led))
    assert after < 0.8 * before


def test_a_hole_is_filled_from_around_it():
    picture = np.zeros((64, 64, 3), np.uint8)
    picture[:, :32], picture[:, 32:] = (200, 0, 0), (0, 0, 200)
    hole = np.zeros((64, 64), bool)
    hole[16:48, 16:48] = True
    picture[hole] = 255
    filled = inpainting.fill(picture, hole)
    np.testing.assert_array_equal(filled[~hole], picture[~hole])
    assert filled[32, 18, 0] > 120
    assert filled[32, 45, 2] > 120
    assert filled[hole].max() < 230


def test_image_to_image_keeps_more_of_the_picture_at_less_strength(engine):
    init = Image.linear_gradient("L").convert("RGB")
    near, far = (paint(engine, init_image=init, strength=s) for s in (0.2, 0.9))
    start = pixels(init.resize((256, 256)))
    assert np.abs(pixels(near.image) - start).mean() < np.abs(pixels(far.image) - start).mean()


def test_what_has_no_drawing_is_said(engine):
    picture = paint(engine, prompt="a gramophone horn antenna left of a red apple")
    assert any(note.startswith("painted without a draft: ") for note in picture.notes), picture.notes


def test_a_prompt_without_any_drawing_is_painted_from_noise_with_a_note(engine):
    picture = paint(engine, prompt="quasiperiodic flumbergast", steps=4)
    assert picture.notes
    assert picture.image.size == (256, 256)


@pytest.mark.parametrize(("width", "height"), [(320, 256), (256, 448), (640, 384)])
def test_paints_other_shapes(engine, width, height):
    assert paint(engine, width=width, height=height, steps=4).image.size == (width, height)


def test_previews_show_the_picture_becoming(engine):
    seen: list[Image.Image] = []
    request = ImageRequest.parse({"prompt": APPLES, "seed": 1, "width": 256, "height": 256, "steps": 8})
    done = list(
        engine.generate(
            resolve(engine.capabilities, request),
            lambda step: seen.append(step.preview() if step.preview else None),
        )
    )
    assert all(preview.size == (256, 256) for preview in seen)
    last = np.abs(pixels(seen[-1]) - pixels(done[0].image)).mean()
    assert last < np.abs(pixels(seen[0]) - pixels(done[0].image)).mean() + 1e-6


def test_every_scheduler_paints(engine):
    pictures = [paint(engine, scheduler=name, steps=6) for name in engine.capabilities.schedulers]
    assert len({picture.image.tobytes() for picture in pictures}) == len(pictures)


def test_an_unknown_model_is_refused():
    with pytest.raises(UnknownEngineError, match="pocket-1"):
        PocketImageEngine(EngineConfig(model="pocket-99"))


def test_missing_weights_are_said_with_the_command_that_makes_them(tmp_path, monkeypatch):
    monkeypatch.setattr(pocket_networks, "ASSETS", tmp_path)
    assert not PocketImageEngine().availability().ready
    with pytest.raises(EngineError, match="make pocket"):
        pocket_networks.Networks().encode(np.zeros((64, 64, 3), np.uint8))


def test_the_command_line_says_what_had_no_drawing_also_into_a_pipe(tmp_path, capfd):
    assert not main(["generate", "a gramophone", "--strength", "0", "-o", str(tmp_path / "out.png")])
    out, said = capfd.readouterr()
    assert out.strip().endswith("out.png")
    assert "painted without a draft: gramophone" in said
