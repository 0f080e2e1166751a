"""Palette guidance: colours go to the palette in latents, by a decoder and by a map of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from studiolo.engines.diffusers import guidance
from studiolo.engines.diffusers.estimates import Step, watching
from studiolo.engines.diffusers.guidance import PaletteGuide
from studiolo.engines.diffusers.previews import Previewer
from studiolo.imaging import colour_transport
from studiolo.imaging.colours import from_oklab, to_oklab
from studiolo.imaging.palette import fidelity
from tests.engines.diffusers import tiny, tiny_extras

torch = pytest.importorskip("torch", reason="needs the extra 'local': make local")

PALETTE = ("#264653", "#e9c46a", "#e76f51")
SIZE = (tiny.SIDE_PX, tiny.SIDE_PX)
LATE, EARLY = Step(index=9, alpha=1.0, sigma=0.0), Step(index=0, alpha=0.0, sigma=1.0)


def scenes(count: int, seed: int) -> Any:
    """Pictures of smooth colour, (count, 3, 64, 64) from -1 to 1."""
    coarse = torch.rand((count, 3, 3, 3), generator=torch.Generator().manual_seed(seed)) * 2 - 1
    return torch.nn.functional.interpolate(coarse, size=SIZE, mode="bicubic").clamp(-1, 1)


@pytest.fixture(scope="module")
def sdxl(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The tiny SDXL, with an autoencoder that knows what colours are."""
    pipe = tiny_extras.load(tiny.sdxl(tmp_path_factory.mktemp("sdxl")))
    pipe.register_modules(vae=tiny_extras.colour_autoencoder())
    return pipe


@pytest.fixture(scope="module", params=["map", "autoencoder"])
def previewer(request: pytest.FixtureRequest, sdxl: Any) -> Previewer:
    return Previewer(sdxl, sdxl.vae if request.param == "autoencoder" else None)


def encoded(sdxl: Any, pictures: Any) -> Any:
    with torch.no_grad():
        return sdxl.vae.encode(pictures).latents


def decoded(sdxl: Any, latents: Any) -> Image.Image:
    with torch.no_grad():
        pixels = sdxl.vae.decode(latents).sample[0]
    return Image.fromarray(((pixels / 2 + 0.5).clamp(0, 1) * 255).byte().permute(1, 2, 0).numpy())


def test_predictions_come_nearer_to_the_palette(sdxl: Any, previewer: Previewer):
    guide = PaletteGuide(PALETTE, previewer)
    for seed in range(4):
        x0 = encoded(sdxl, scenes(1, seed=100 + seed))
        before = fidelity(decoded(sdxl, x0), PALETTE)
        late = fidelity(decoded(sdxl, guide(x0, LATE)), PALETTE)
        early = fidelity(decoded(sdxl, guide(x0, EARLY)), PALETTE)
        assert late.mean_delta_e < before.mean_delta_e
        assert early.mean_delta_e < late.mean_delta_e, "where all is noise, further"


def test_a_painting_is_nearer_to_its_palette_than_one_without_guidance(sdxl: Any, previewer: Previewer):
    guide = PaletteGuide(PALETTE, previewer)

    def painted(seed: int, guide: PaletteGuide | None) -> Image.Image:
        with watching(sdxl.scheduler, guide):
            return Image.frombytes("RGB", SIZE, tiny_extras.paint(sdxl, seed=seed, steps=6))

    for seed in (1, 2):
        plain, led = (fidelity(painted(seed, each), PALETTE) for each in (None, guide))
        assert led.coverage > plain.coverage
        assert led.mean_delta_e < (0.85 if previewer.exact else 0.95) * plain.mean_delta_e


def test_each_picture_of_a_batch_is_led_as_if_alone(sdxl: Any, previewer: Previewer):
    guide = PaletteGuide(PALETTE, previewer)
    both = encoded(sdxl, scenes(2, seed=7))
    alone = torch.cat([guide(one[None], LATE) for one in both])
    assert torch.allclose(guide(both, LATE), alone, atol=1e-5)


def test_a_mask_smaller_than_a_latent_leaves_colours_alone(sdxl: Any, previewer: Previewer):
    x0 = encoded(sdxl, scenes(1, seed=3))
    mask = Image.new("L", SIZE)
    mask.putpixel((3, 3), 255)
    assert torch.equal(PaletteGuide(PALETTE, previewer, mask)(x0, EARLY), x0)


def test_what_is_kept_is_not_led(sdxl: Any, previewer: Previewer):
    mask = Image.new("L", SIZE, 255)
    mask.paste(0, (0, 0, 32, 64))
    x0 = encoded(sdxl, scenes(1, seed=8))
    moved = (PaletteGuide(PALETTE, previewer, mask)(x0, EARLY) - x0).abs().amax(dim=(0, 1))
    assert moved[:, 4:].min() > 0
    if not previewer.exact:
        assert moved[:, :4].max() == 0


def test_nothing_of_the_model_is_asked_for_gradients(sdxl: Any, previewer: Previewer):
    with torch.no_grad():
        led = PaletteGuide(PALETTE, previewer)(encoded(sdxl, scenes(1, seed=9)), LATE)
    assert not led.requires_grad


def test_one_colour_and_ten(sdxl: Any, previewer: Previewer):
    x0 = encoded(sdxl, scenes(1, seed=10))
    for palette in (("#3366aa",), tuple(f"#{index}{index}40c{index}" for index in range(10))):
        led = PaletteGuide(palette, previewer)(x0, EARLY)
        assert led.isfinite().all()
        before, after = (fidelity(decoded(sdxl, each), palette).mean_delta_e for each in (x0, led))
        assert after < before


def test_the_way_is_the_pocket_painters():
    rng = np.random.default_rng(3)
    here, wanted = rng.random((50, 3)), rng.random((50, 3))
    frames = colour_transport.frames(4, rng)
    ours = guidance.transported(torch, *(torch.from_numpy(each) for each in (here, wanted, frames)))
    assert np.allclose(ours.numpy(), colour_transport.transported(here, wanted, frames))


def test_colours_are_oklabs():
    rgb = np.random.default_rng(4).random((64, 3))
    lab = guidance._to_oklab(torch, torch.from_numpy(rgb))
    assert np.allclose(lab.numpy(), to_oklab(rgb))
    assert np.allclose(guidance._from_oklab(torch, lab).numpy(), from_oklab(to_oklab(rgb)), atol=1e-6)


def test_the_refiner_is_led_as_well(sdxl: Any, previewer: Previewer, tmp_path: Path):
    from diffusers import StableDiffusionXLImg2ImgPipeline

    refiner = StableDiffusionXLImg2ImgPipeline.from_pretrained(
        tiny.sdxl_refiner(tmp_path), vae=sdxl.vae, local_files_only=True
    )
    refiner.set_progress_bar_config(disable=True)
    guide = PaletteGuide(PALETTE, previewer)

    def painted(guide: PaletteGuide | None) -> Image.Image:
        with watching(sdxl.scheduler, guide), tiny_extras.quietly():
            handed = sdxl(
                "a red apple",
                num_inference_steps=5,
                denoising_end=0.6,
                output_type="latent",
                width=SIZE[0],
                height=SIZE[1],
                generator=torch.Generator("cpu").manual_seed(1),
            ).images
        with watching(refiner.scheduler, guide):
            more = {"image": handed, "denoising_start": 0.6, "strength": 0.3}
            return Image.frombytes("RGB", SIZE, tiny_extras.paint(refiner, steps=5, **more))

    plain, led = (fidelity(painted(each), PALETTE) for each in (None, guide))
    assert led.mean_delta_e < 0.9 * plain.mean_delta_e
