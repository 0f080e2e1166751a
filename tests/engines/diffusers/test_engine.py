"""What the engine adds to a call: previews, batches, notes on long prompts, numbers that overflow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from studiolo.engines.base import EngineConfig
from studiolo.engines.diffusers import DiffusersImageEngine, decoding, schedulers
from studiolo.engines.diffusers.previews import Previewer
from studiolo.engines.resolving import resolve
from studiolo.errors import EngineError
from studiolo.requests import ImageRequest, Progress
from tests.engines.diffusers import tiny
from tests.engines.diffusers.conftest import Build
from tests.engines.diffusers.test_refining import loaded_by, paint


@pytest.mark.parametrize("scheduler", schedulers.DIFFUSION)
def test_every_scheduler_paints_and_leaves_nothing_behind(engine_for: Build, sd: Path, scheduler: str):
    engine = engine_for(sd)
    first = paint(engine, steps=2, scheduler=scheduler)
    paint(engine, steps=2, scheduler="euler" if scheduler != "euler" else "ddim")
    again = paint(engine, steps=2, scheduler=scheduler)
    assert first.image.tobytes() == again.image.tobytes()
    assert first.request.scheduler == scheduler


@pytest.mark.parametrize(
    ("asked", "ours"),
    [
        ("DPM++ 2M Karras", "dpm++ 2m karras"),
        ("dpmpp_2m_sde_karras", "dpm++ 2m sde karras"),
        ("K_EULER_ANCESTRAL", "euler a"),
        ("PLMS", "pndm"),
        ("UniPC", "unipc"),
        ("DPMSolverMultistep", "dpm++ 2m"),
        ("KarrasDPM", "dpm++ 2m karras"),
    ],
)
def test_other_programs_names_of_schedulers(engine_for: Build, sd: Path, asked: str, ours: str):
    able = engine_for(sd).capabilities
    assert resolve(able, ImageRequest(prompt="a fox", scheduler=asked)).scheduler == ours


def test_the_models_own_scheduler_is_the_default(engine_for: Build, sd: Path):
    assert engine_for(sd).capabilities.schedulers[0] == "euler"
    karras = {"_class_name": "DPMSolverMultistepScheduler", "use_karras_sigmas": True}
    assert schedulers.name_of(schedulers.DIFFUSION, karras) == "dpm++ 2m karras"


def test_the_last_preview_is_like_the_picture(engine_for: Build, sd: Path):
    reports: list[Progress] = []
    picture = paint(engine_for(sd), reports.append, steps=3).image.convert("RGB")
    preview = reports[-1].preview
    assert preview is not None
    near, far = picture.resize((8, 8), Image.Resampling.BOX), Image.new("RGB", (8, 8), "gray")
    assert distance(preview(), near) < distance(far, near) / 2


def test_previews_can_be_had_of_an_earlier_step(engine_for: Build, sd: Path):
    reports: list[Progress] = []
    paint(engine_for(sd), reports.append, steps=3)
    early, late = (report.preview for report in (reports[0], reports[-1]))
    assert early is not None
    assert late is not None
    assert early().tobytes() != late().tobytes()


def test_without_previews_none_are_offered(engine_for: Build, sd: Path):
    engine = engine_for(sd, previews=False)
    reports: list[Progress] = []
    paint(engine, reports.append, steps=1)
    assert not engine.capabilities.previews
    assert reports[0].preview is None


def test_a_batch_has_the_pictures_of_its_seeds(engine_for: Build, sd: Path):
    alone, batched = engine_for(sd), engine_for(sd, batch_size=2)
    request = resolve(alone.capabilities, ImageRequest(prompt="a fox", seed=8, count=3, steps=2))
    reports: list[Progress] = []
    one, other = list(alone.generate(request)), list(batched.generate(request, reports.append))
    assert [picture.seed for picture in other] == [8, 9, 10]
    assert [distance(a.image, b.image) < 2 for a, b in zip(one, other, strict=True)] == [True] * 3
    assert [(report.index, report.step) for report in reports] == [
        (0, 1), (1, 1), (0, 2), (1, 2), (2, 1), (2, 2),
    ]  # fmt: skip


def test_a_batch_repaints_as_each_seed_alone(engine_for: Build, sd: Path):
    mask = Image.new("L", (64, 64))
    mask.paste(255, (0, 0, 32, 64))
    fields = {"init_image": Image.new("RGB", (64, 64), "teal"), "mask": mask, "strength": 0.6}
    alone, batched = engine_for(sd), engine_for(sd, batch_size=2)
    request = resolve(alone.capabilities, ImageRequest.parse({"seed": 8, "count": 2, "steps": 4, **fields}))
    one, other = list(alone.generate(request)), list(batched.generate(request))
    assert [distance(a.image, b.image) < 2 for a, b in zip(one, other, strict=True)] == [True] * 2


def test_what_a_long_prompt_loses_is_said(engine_for: Build, sd: Path):
    long = paint(engine_for(sd), steps=1, prompt="red apple " * 37 + "snow house")
    assert any("77 tokens" in note and "house" in note and "apple" not in note for note in long.notes)
    assert not paint(engine_for(sd), steps=1, prompt="a red apple").notes


def test_an_autoencoder_that_overflows_in_half_precision_decodes_in_full(engine_for: Build, sd: Path):
    import torch

    engine = engine_for(sd)
    paint(engine, steps=1)
    pipe = loaded_by(engine).base
    latents = torch.full((1, 4, 8, 8), 0.1)
    vae = tiny.colour_vae(force_upcast=False)
    pipe.vae = vae.to(torch.float16)

    def overflow(module: Any, _: Any, output: Any) -> Any:
        return output * float("nan") if module.weight.dtype == torch.float16 else output

    vae.decoder.conv_in.register_forward_hook(overflow)
    pictures, notes = decoding.pictures(pipe, latents, (64, 64))
    assert notes == (decoding.OVERFLOWN,)
    assert pictures[0].getbbox() is not None, "not black"
    assert vae.dtype == torch.float16
    with pytest.raises(EngineError, match="overflowed"):
        decoding.pictures(pipe, latents * float("nan"), (64, 64))


def test_the_linear_map_knows_the_colours(engine_for: Build, sdxl: Path):
    import torch

    engine = engine_for(sdxl)
    paint(engine, steps=1)
    pipe = loaded_by(engine).base
    field = torch.tensor([0.5, -0.5, 0.0]).view(1, 3, 1, 1).expand(1, 3, 64, 64)
    with torch.no_grad():
        latents = decoding.scaled(pipe.vae, pipe.vae.encode(field).latent_dist.mode())
    red, green, blue = Previewer(pipe).picture(latents, (64, 64)).getpixel((4, 4))  # pyright: ignore
    assert abs(red - 191) < 12
    assert abs(green - 64) < 12
    assert abs(blue - 128) < 12


def test_what_progress_raises_comes_through_as_it_is(engine_for: Build, sd: Path):
    def fail(_: Progress) -> None:
        raise ValueError("mine")

    with pytest.raises(ValueError, match=r"^mine$"):
        paint(engine_for(sd), fail, steps=3)


def test_without_a_model_it_says_what_there_would_be(tmp_path: Path):
    engine = DiffusersImageEngine(EngineConfig(models_folder=tmp_path, offline=True))
    assert "Stable Diffusion XL" in engine.capabilities.description
    with pytest.raises(EngineError, match="not on this machine") as caught:
        next(iter(engine.generate(ImageRequest(prompt="a fox", seed=1))))
    assert "studiolo pull" in caught.value.hint


def distance(one: Image.Image, other: Image.Image) -> float:
    """Mean absolute difference of two pictures, of 255."""
    pairs: Any = zip(one.convert("RGB").tobytes(), other.convert("RGB").tobytes(), strict=True)
    differences = [abs(a - b) for a, b in pairs]
    return sum(differences) / len(differences)
