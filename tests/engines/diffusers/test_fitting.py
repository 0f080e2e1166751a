"""Memory that runs out: the real engine, and real exceptions raised inside its networks."""

from __future__ import annotations

import gc
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from studiolo.engines.diffusers import DiffusersImageEngine
from studiolo.engines.diffusers.applying import PlanInForce, modules_of
from studiolo.engines.diffusers.plans import Plan
from studiolo.engines.local.residency import LEDGER
from studiolo.engines.resolving import resolve
from studiolo.errors import EngineError
from studiolo.requests import GeneratedImage, ImageRequest

Build = Callable[..., DiffusersImageEngine]

# diffusers 0.42 hands its tensors to numpy 2 in the old way; the engine silences it where it calls.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def paint(engine: DiffusersImageEngine, **fields: Any) -> GeneratedImage:
    wish = {"prompt": "a red fox", "seed": 3, "steps": 2, "width": 64, "height": 64, **fields}
    return next(iter(engine.generate(resolve(engine.capabilities, ImageRequest.parse(wish)))))


@contextmanager
def memory_runs_out(kind: str, *, times: int) -> Generator[list[str]]:
    """The first ``times`` passes through a network of the class ``kind`` find no memory."""
    import torch

    seen: list[str] = []

    def before(module: Any, _arguments: Any) -> None:
        if type(module).__name__ == kind and len(seen) < times:
            seen.append(kind)
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")

    hook = torch.nn.modules.module.register_module_forward_pre_hook(before)
    try:
        yield seen
    finally:
        hook.remove()


def test_the_picture_comes_with_a_smaller_plan_which_is_kept(engine_for: Build, sdxl: Path) -> None:
    engine = engine_for(sdxl)
    expected = paint(engine_for(sdxl, tiling=True))

    with memory_runs_out("UNet2DConditionModel", times=1) as seen:
        picture = paint(engine)

    assert seen
    assert picture.image.tobytes() == expected.image.tobytes()
    (note,) = picture.notes
    assert note.startswith("cpu ran out of memory (")
    assert "tiles of 512 pixels" in note
    assert paint(engine).notes == ()


def test_a_plan_that_computes_in_other_numbers_loads_anew(
    engine_for: Build, sdxl: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    # A processor without bfloat16, for which it is the third and last plan.
    monkeypatch.setattr(torch.cpu, "get_capabilities", dict)
    engine = engine_for(sdxl, dtype=None)
    with memory_runs_out("UNet2DConditionModel", times=2):
        picture = paint(engine)

    again = paint(engine_for(sdxl, dtype="bfloat16"))

    assert len(picture.notes) == 2
    assert picture.image.tobytes() == again.image.tobytes()


def test_when_no_plan_is_left_the_figures_are_said(engine_for: Build, sdxl: Path) -> None:
    engine = engine_for(sdxl)

    with memory_runs_out("UNet2DConditionModel", times=9) as seen, pytest.raises(EngineError) as caught:
        paint(engine)

    assert len(seen) == 2
    assert "cpu ran out of memory with 'tiny-sdxl', also with the smallest plan" in caught.value.message
    assert " were free" in caught.value.message
    assert caught.value.hint
    assert paint(engine).image.size == (64, 64)  # and the next one is begun from the top


def test_memory_that_runs_out_while_loading_is_answered_too(engine_for: Build, sdxl: Path) -> None:
    import torch

    engine, failures = engine_for(sdxl), []

    def register(module: Any, name: str, parameter: Any) -> None:
        if not failures:
            failures.append(name)
            torch.empty(10**15, device="cpu")  # raises what its allocator raises

    hook = torch.nn.modules.module.register_module_parameter_registration_hook(register)
    try:
        picture = paint(engine)
    finally:
        hook.remove()

    assert failures
    assert len(picture.notes) == 1


def test_what_else_goes_wrong_is_not_taken_for_it(engine_for: Build, sdxl: Path) -> None:
    import torch

    def before(module: Any, _arguments: Any) -> None:
        if type(module).__name__ == "UNet2DConditionModel":
            raise ArithmeticError("something else")

    hook = torch.nn.modules.module.register_module_forward_pre_hook(before)
    try:
        with pytest.raises((ArithmeticError, EngineError), match="something else"):
            paint(engine_for(sdxl))
    finally:
        hook.remove()


def test_a_second_model_sends_the_idle_one_away_which_comes_back(
    engine_for: Build, sdxl: Path, sd: Path
) -> None:
    limit = {"memory_gb": 0.003}  # room for one of them
    first, second = engine_for(sdxl, **limit), engine_for(sd, **limit)
    before = paint(first).image.tobytes()
    assert lying("cpu") == {"tiny-sdxl"}

    paint(second)
    assert lying("cpu") == {"tiny-sd"}

    assert paint(first).image.tobytes() == before
    assert lying("cpu") == {"tiny-sdxl"}


def test_a_limit_that_nothing_fits_is_refused_with_figures(engine_for: Build, sdxl: Path) -> None:
    with pytest.raises(EngineError, match=r"'tiny-sdxl' needs .* MB of memory; .* \(memory_gb allows 0.1 MB"):
        paint(engine_for(sdxl, memory_gb=0.0001))


@pytest.mark.parametrize("offload", ["model", "group", "sequential"])
def test_weights_that_wait_elsewhere_paint_the_same(sdxl: Path, offload: Any) -> None:
    """Moved from the processor to itself, so that diffusers' and accelerate's hooks really run."""
    plain, moved = pipeline(sdxl), pipeline(sdxl)
    force = PlanInForce(Plan(device="cpu", dtype="float32", offload=offload))
    force.prepare([moved])

    for _ in range(2):
        with force.at_work(moved):
            assert call(moved) == call(plain)
    assert all(
        any(hasattr(part, mark) for part in module.modules() for mark in ("_hf_hook", "_diffusers_hook"))
        for module in modules_of([moved])
    )


@pytest.mark.parametrize(
    "fields",
    [{"channels_last": True}, {"fused_qkv": True}, {"attention": "math"}, {"attention_slicing": True}],
    ids=lambda fields: next(iter(fields)),
)
def test_what_makes_it_fast_or_small_does_not_change_the_picture(sdxl: Path, fields: Any) -> None:
    import numpy as np

    plain, changed = pipeline(sdxl), pipeline(sdxl)
    force = PlanInForce(Plan(device="cpu", dtype="float32", **fields))
    force.prepare([changed])

    with force.at_work(changed):
        difference = np.abs(np.subtract(call(changed), call(plain)))

    assert difference.max() < 1e-3


def test_fused_projections_are_separate_while_something_is_attached(sdxl: Path) -> None:
    pipe = pipeline(sdxl)
    force = PlanInForce(Plan(device="cpu", dtype="float32", fused_qkv=True))
    force.prepare([pipe])

    assert kinds(pipe) == {"FusedAttnProcessor2_0"}
    with force.separate_projections(pipe):
        assert kinds(pipe) == {"AttnProcessor2_0"}
    assert kinds(pipe) == {"FusedAttnProcessor2_0"}


def test_tiles_are_smaller_than_sdxls_own_size(sdxl: Path) -> None:
    pipe = pipeline(sdxl)
    pipe.vae.tile_sample_min_size, pipe.vae.tile_latent_min_size = 1024, 128

    PlanInForce(Plan(device="cpu", dtype="float32", tiling=True)).prepare([pipe])

    assert pipe.vae.use_tiling
    assert pipe.vae.use_slicing
    assert (pipe.vae.tile_sample_min_size, pipe.vae.tile_latent_min_size) == (512, 64)


def lying(device: str) -> set[str]:
    """What lies on the device of the models that this file loads."""
    gc.collect()  # engines of other tests
    return {place.name for place in LEDGER.loaded(device)} & {"tiny-sdxl", "tiny-sd"}


def pipeline(folder: Path) -> Any:
    from diffusers import StableDiffusionXLPipeline

    pipe = StableDiffusionXLPipeline.from_pretrained(folder, add_watermarker=False)
    pipe.set_progress_bar_config(disable=True)
    return pipe


def call(pipe: Any) -> list[float]:
    import torch

    generator = torch.Generator("cpu").manual_seed(1)
    arguments = {"num_inference_steps": 2, "width": 64, "height": 64, "output_type": "np"}
    return pipe("a red fox", generator=generator, **arguments).images.ravel().tolist()


def kinds(pipe: Any) -> set[str]:
    return {type(processor).__name__ for processor in pipe.unet.attn_processors.values()}
