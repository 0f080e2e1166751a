"""ControlNets, plain and union: attached for one call, to every task."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from studiolo.engines.diffusers import control
from studiolo.engines.local.machine import Placement
from studiolo.errors import EngineError, UnsupportedRequestError
from tests.engines.diffusers import tiny, tiny_extras

pytest.importorskip("torch", reason="needs the extra 'local': make local")

CPU = Placement(device="cpu", dtype="float32")
SIZE = (tiny.SIDE_PX, tiny.SIDE_PX)


@pytest.fixture(scope="module")
def sdxl(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return tiny_extras.load(tiny.sdxl(tmp_path_factory.mktemp("sdxl")))


@pytest.fixture(scope="module")
def sd(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return tiny_extras.load(tiny.sd(tmp_path_factory.mktemp("sd")))


@pytest.fixture(scope="module", params=["plain", "union"])
def net(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, sdxl: Any) -> Any:
    make = {"plain": tiny_extras.controlnet, "union": tiny_extras.controlnet_union}[request.param]
    return control.load(make(tmp_path_factory.mktemp("control"), sdxl), CPU, name="tiny-control")


def edges(*, at: int = 20) -> Image.Image:
    picture = Image.new("RGB", (96, 96))
    ImageDraw.Draw(picture).rectangle((at, at, 70, 70), outline="white", width=4)
    return picture


def painting(task: str) -> tuple[str, dict[str, Any]]:
    start = Image.new("RGB", SIZE, "teal")
    mask = Image.new("L", SIZE, 255)
    mask.paste(0, (0, 0, 32, 64))
    return {
        "text": ("AutoPipelineForText2Image", {}),
        "image": ("AutoPipelineForImage2Image", {"image": start, "strength": 0.8}),
        "mask": (
            "AutoPipelineForInpainting",
            {"image": start, "mask_image": mask, "strength": 0.9, "width": SIZE[0], "height": SIZE[1]},
        ),
    }[task]


@pytest.mark.parametrize("task", ["text", "image", "mask"])
def test_the_map_and_its_strength_change_the_picture_and_nothing_stays(sdxl: Any, net: Any, task: str):
    import diffusers

    kind, arguments = painting(task)
    pipe = getattr(diffusers, kind).from_pipe(sdxl)
    before = tiny_extras.paint(pipe, steps=4, **arguments)

    def controlled(picture: Image.Image, strength: float) -> bytes:
        with control.attach(pipe, net, picture, kind="canny", strength=strength, size=SIZE) as attached:
            assert attached.pipe.unet is pipe.unet
            return tiny_extras.paint(attached.pipe, steps=4, **arguments, **attached.arguments)

    strong = controlled(edges(), 1.0)
    assert strong != before
    assert strong != controlled(edges(at=40), 1.0), "another map"
    assert strong != controlled(edges(), 0.4), "another strength"
    assert controlled(edges(), 0.0) == before, "strength 0 follows nothing"
    assert tiny_extras.paint(pipe, steps=4, **arguments) == before


def test_a_union_is_told_which_kind_of_map_it_sees(sdxl: Any, tmp_path: Path):
    union = control.load(tiny_extras.controlnet_union(tmp_path, sdxl), CPU, name="tiny")
    with control.attach(sdxl, union, edges(), kind="canny", strength=1.0, size=SIZE) as attached:
        assert attached.arguments["control_mode"] == [3]
    with control.attach(sdxl, union, edges(), kind="segmentation", strength=1.0, size=SIZE) as attached:
        assert attached.arguments["control_mode"] == [5]


def test_regions_keep_their_colours_when_they_are_scaled(sdxl: Any, tmp_path: Path):
    net = control.load(tiny_extras.controlnet(tmp_path, sdxl), CPU, name="tiny")
    regions = Image.new("RGB", (33, 33), "#112233")
    regions.paste("#ddeeff", (0, 0, 11, 33))
    with control.attach(sdxl, net, regions, kind="segmentation", strength=1.0, size=SIZE) as attached:
        seen = attached.arguments["image"]
    assert seen.size == SIZE
    assert len(seen.getcolors()) == 2


def test_stable_diffusion_1_has_its_own(sd: Any, tmp_path: Path):
    net = control.load(tiny_extras.controlnet(tmp_path, sd), CPU, name="tiny")
    before = tiny_extras.paint(sd)
    with control.attach(sd, net, edges(), kind="canny", strength=1.0, size=SIZE) as attached:
        assert tiny_extras.paint(attached.pipe, **attached.arguments) != before


def test_control_weights_of_another_family_are_refused(sdxl: Any, sd: Any, tmp_path: Path):
    net = control.load(tiny_extras.controlnet(tmp_path, sd), CPU, name="tiny")
    with (
        pytest.raises(EngineError, match="32 wide; this model's are 96 wide"),
        control.attach(sdxl, net, edges(), kind="canny", strength=1.0, size=SIZE),
    ):
        pass


def test_a_family_without_controls_says_so(tmp_path: Path, sdxl: Any):
    net = control.load(tiny_extras.controlnet(tmp_path, sdxl), CPU, name="tiny")
    with (
        pytest.raises(UnsupportedRequestError, match="not painted by a UNet"),
        control.attach(object(), net, edges(), kind="canny", strength=1.0, size=SIZE),
    ):
        pass


def test_the_class_is_told_by_the_weights_and_not_by_the_config(sdxl: Any, tmp_path: Path):
    folder = tiny_extras.controlnet_union(tmp_path, sdxl)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"_class_name": "ControlNetModel"}))
    assert type(control.load(folder, CPU, name="tiny")).__name__ == "ControlNetUnionModel"


def test_what_is_no_control_is_refused(tmp_path: Path, sdxl: Any):
    with pytest.raises(EngineError, match="has no diffusion_pytorch_model"):
        control.load(tmp_path, CPU, name="nothing")
    sdxl.unet.save_pretrained(tmp_path)
    with pytest.raises(EngineError, match="holds no ControlNet"):
        control.load(tmp_path, CPU, name="a-unet")


def test_damaged_control_weights_say_what_to_do(sdxl: Any, tmp_path: Path):
    folder = tiny_extras.controlnet(tmp_path, sdxl)
    file = folder / "diffusion_pytorch_model.safetensors"
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(EngineError, match="cut off"):
        control.load(folder, CPU, name="tiny")
