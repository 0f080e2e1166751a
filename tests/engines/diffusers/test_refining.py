"""Base and refiner: who runs which steps, what they share, and what goes from one to the other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops

from studiolo.engines.checking import check
from studiolo.engines.diffusers import DiffusersImageEngine
from studiolo.engines.resolving import resolve
from studiolo.errors import InvalidRequestError, UnsupportedRequestError
from studiolo.requests import GeneratedImage, ImageRequest, Progress
from tests.engines.diffusers.conftest import Build


def paint(engine: DiffusersImageEngine, progress: Any = None, **fields: Any) -> GeneratedImage:
    request = ImageRequest.parse({"prompt": "a red apple", "seed": 4, "steps": 10, **fields})
    check(engine.capabilities, request, engine="diffusers")
    return next(iter(engine.generate(resolve(engine.capabilities, request), progress or (lambda _: None))))


@pytest.fixture
def engine(engine_for: Build, sdxl_with_refiner: Path) -> DiffusersImageEngine:
    return engine_for(sdxl_with_refiner)


@pytest.fixture
def evaluations(engine: DiffusersImageEngine) -> dict[str, list[float]]:
    """At which time steps the UNets of base and refiner are evaluated, as it happens."""
    paint(engine, refiner="none", steps=1)
    loaded = loaded_by(engine)
    seen: dict[str, list[float]] = {"base": [], "refiner": []}
    for name, pipe in (("base", loaded.base), ("refiner", loaded.refiner)):
        pipe.unet.register_forward_pre_hook(lambda _, inputs, name=name: seen[name].append(float(inputs[1])))
    return seen


def loaded_by(engine: DiffusersImageEngine) -> Any:
    fitting = engine._fitting
    assert fitting is not None
    kept: list[Any] = []
    fitting.work(lambda fitted: kept.append(fitted.loaded))
    return kept[0]


def test_each_runs_its_share_of_the_schedule(
    engine: DiffusersImageEngine, evaluations: dict[str, list[float]]
):
    reports: list[Progress] = []
    paint(engine, reports.append, refiner="ensemble", handover=0.8, scheduler="ddim")
    base, refiner = evaluations["base"], evaluations["refiner"]
    assert (len(base), len(refiner)) == (8, 2)
    assert base + refiner == sorted({*base, *refiner}, reverse=True), "each time step once, in order"
    assert min(base) >= 200 > max(refiner)
    assert [(report.step, report.total) for report in reports] == [(step, 10) for step in range(1, 11)]
    assert [report.stage for report in reports] == ["painting"] * 8 + ["refining"] * 2


@pytest.mark.parametrize("scheduler", ["euler", "dpm++ 2m karras", "unipc", "lms", "euler a"])
def test_the_shares_add_up_with_other_schedulers(
    engine: DiffusersImageEngine, evaluations: dict[str, list[float]], scheduler: str
):
    reports: list[Progress] = []
    paint(engine, reports.append, refiner="ensemble", handover=0.6, scheduler=scheduler)
    assert len(evaluations["base"]) + len(evaluations["refiner"]) == 10
    assert evaluations["base"]
    assert evaluations["refiner"]
    assert reports[-1].step == reports[-1].total == 10


def test_from_a_picture_the_base_runs_what_strength_and_handover_leave(
    engine: DiffusersImageEngine, evaluations: dict[str, list[float]]
):
    source = Image.new("RGB", (64, 64), "teal")
    fields: dict[str, Any] = {"init_image": source, "strength": 0.5, "scheduler": "ddim"}
    reports: list[Progress] = []
    paint(engine, reports.append, refiner="ensemble", handover=0.8, **fields)
    assert (len(evaluations["base"]), len(evaluations["refiner"])) == (3, 2)
    assert {report.total for report in reports} == {5}


def test_nothing_is_decoded_in_between(engine: DiffusersImageEngine, evaluations: dict[str, list[float]]):
    loaded = loaded_by(engine)
    decoded: list[Any] = []
    hook = loaded.base.vae.decoder.register_forward_hook(lambda *_: decoded.append(1))
    encoded: list[Any] = []
    other = loaded.base.vae.encoder.register_forward_hook(lambda *_: encoded.append(1))
    for refiner in ("ensemble", "image"):
        paint(engine, refiner=refiner)
    hook.remove()
    other.remove()
    assert evaluations["refiner"]
    assert (len(decoded), len(encoded)) == (2, 0)


def test_the_finished_picture_is_refined_as_far_as_asked(
    engine: DiffusersImageEngine, evaluations: dict[str, list[float]]
):
    reports: list[Progress] = []
    paint(engine, reports.append, refiner="image", refiner_strength=0.3)
    assert (len(evaluations["base"]), len(evaluations["refiner"])) == (10, 3)
    assert [report.step for report in reports] == list(range(1, 14))
    assert {report.total for report in reports} == {13}
    little = paint(engine, refiner="image", refiner_strength=0.02, steps=3)
    much = paint(engine, refiner="image", refiner_strength=0.9, steps=3)
    plain = paint(engine, refiner="none", steps=3)
    assert difference(plain, little) < difference(plain, much)


def test_text_encoder_tokenizer_and_autoencoder_are_loaded_once(engine: DiffusersImageEngine):
    paint(engine, refiner="none", steps=1)
    loaded = loaded_by(engine)
    for part in ("text_encoder_2", "tokenizer_2", "vae"):
        assert getattr(loaded.refiner, part) is getattr(loaded.base, part)
        assert getattr(loaded.refining("inpaint"), part) is getattr(loaded.pipeline("text"), part)
    assert loaded.refiner.unet is not loaded.base.unet
    assert loaded.refiner.text_encoder is None
    assert loaded.refiner.config.requires_aesthetics_score


@pytest.mark.parametrize("refiner", ["ensemble", "image"])
def test_a_mask_holds_through_both_stages(engine: DiffusersImageEngine, refiner: str):
    source = Image.radial_gradient("L").resize((64, 64)).convert("RGB")
    mask = Image.new("L", source.size, 0)
    mask.paste(255, (0, 0, 32, 64))
    painted = paint(engine, refiner=refiner, init_image=source, mask=mask, strength=0.9).image
    right = (32, 0, 64, 64)
    assert painted.crop(right).tobytes() == source.crop(right).tobytes()
    assert painted.crop((0, 0, 32, 64)).tobytes() != source.crop((0, 0, 32, 64)).tobytes()


def test_a_handover_that_leaves_one_idle_is_refused(engine: DiffusersImageEngine):
    with pytest.raises(InvalidRequestError, match="leaves the refiner nothing"):
        paint(engine, refiner="ensemble", handover=0.5, steps=1, scheduler="dpm++ 2m sde")
    with pytest.raises(InvalidRequestError, match="leaves the base model nothing"):
        paint(engine, refiner="ensemble", handover=0.5, strength=0.2, init_image=Image.new("RGB", (64, 64)))


def test_a_scheduler_of_two_evaluations_a_step_cannot_hand_over(engine: DiffusersImageEngine):
    with pytest.raises(UnsupportedRequestError, match="heun"):
        paint(engine, refiner="ensemble", scheduler="heun")
    assert paint(engine, refiner="image", scheduler="heun", steps=3)


def test_without_a_refiner_none_is_offered(engine_for: Build, sdxl: Path):
    engine = engine_for(sdxl)
    assert engine.capabilities.refiners == ()
    with pytest.raises(UnsupportedRequestError, match="no refiner"):
        paint(engine, refiner="ensemble")


def test_with_one_the_ensemble_is_the_default(engine: DiffusersImageEngine):
    assert resolve(engine.capabilities, ImageRequest(prompt="a fox")).refiner == "ensemble"


def difference(one: GeneratedImage, other: GeneratedImage) -> float:
    histogram = ImageChops.difference(one.image, other.image).convert("L").histogram()
    return sum(value * count for value, count in enumerate(histogram))
