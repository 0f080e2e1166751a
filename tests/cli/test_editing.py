"""Pictures enlarged, cut out and followed from the command line, and requests that begin from pictures."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from studiolo.imaging import control

from .conftest import Done, pixels

Run = Callable[..., Done]
EXAMPLE = Path(__file__).parents[2] / "docs" / "images" / "first-picture.png"


def painted(run: Run, *more: object) -> dict:
    return run("generate", "an apple", "--size", "64x48", "--seed", 7, "--json", *more).json


def test_a_program_enlarges_and_prints_paths(program: Run):
    Image.new("RGB", (24, 16), "teal").save("a.png")
    Image.new("RGB", (16, 24), "plum").save("b.png")
    done = program("upscale", "a.png", "b.png", "--scale", "4", "-o", "large", STUDIOLO_ENGINE="fake")
    assert (done.code, done.err) == (0, "")
    assert [pixels(path)[0] for path in done.paths] == [(96, 64), (64, 96)]
    assert {path.parent.name for path in done.paths} == {"large"}


def test_an_enlarged_picture_of_the_gallery_keeps_its_prompt(run: Run):
    first = painted(run)
    large = run("upscale", first["id"], "--json").json
    assert (large["prompt"], large["seed"], large["width"]) == ("an apple", 7, 128)
    assert len(run("gallery", "search", "apple", "--paths").lines) == 2


def test_a_factor_that_is_none_is_refused(run: Run):
    painted(run)
    done = run("upscale", "latest", "--scale", 3)
    assert done.code == 2
    assert "upscale is 3" in done.err


def test_a_cut_out_picture_is_transparent(run: Run):
    painted(run)
    done = run("cutout", "latest", "-o", "cut.png")
    assert done.code == 0
    with Image.open("cut.png") as image:
        assert image.mode == "RGBA"


def test_a_control_map_is_written_and_followed_as_it_is(run: Run):
    done = run("control", EXAMPLE, "-o", "edges.png", "--json")
    assert done.json["kind"] == "canny"
    with Image.open("edges.png") as edges, Image.open(EXAMPLE) as picture:
        assert edges.tobytes() == control.canny(picture).tobytes()
    fields = "--size", "64", "--json"
    made = run("generate", "a castle", "--control", EXAMPLE, *fields).json["request"]
    given = run("generate", "a castle", "--control", "edges.png", "--control-prepared", *fields).json[
        "request"
    ]
    assert made["control_image"] == given["control_image"]
    assert run("control", EXAMPLE, "-o", "edges.png").code == 2  # it is there already
    named = Path(run("control", EXAMPLE).out.strip())
    assert run("control", EXAMPLE).code == 0, "the same map"
    named.write_bytes(b"changed by hand")
    assert run("control", EXAMPLE).code == 2
    assert named.read_bytes() == b"changed by hand"
    assert run("control", EXAMPLE, "--force").code == 0
    assert "depth" in run("control", EXAMPLE, "--kind", "depth").err


def test_every_option_about_pictures_reaches_the_request(run: Run):
    Image.new("RGB", (64, 64), "red").save("init.png")
    Path("ink.safetensors").write_bytes(b"")
    request = painted(
        run,
        *("--init", "init.png", "--outpaint", "8,0,16,0", "--seam", "precise", "--size", "88x64"),
        *("--refiner", "image", "--refiner-strength", 0.4),
        *("--reference", "init.png", "--reference", EXAMPLE, "--similarity", 0.5),
        *("--lora", "watercolour=0.5", "--lora", "someone/ink", "--lora", "ink.safetensors=-1"),
        *("--control", "init.png", "--control-kind", "segmentation", "--control-strength", 0.3),
    )["request"]
    assert (request["outpaint"], request["seam"], request["width"]) == ([8, 0, 16, 0], "precise", 88)
    assert (request["refiner"], request["refiner_strength"]) == ("image", 0.4)
    assert (len(request["references"]), request["similarity"]) == (2, 0.5)
    assert (request["control"], request["control_strength"]) == ("segmentation", 0.3)
    assert [(lora["name"], lora["weight"]) for lora in request["loras"]] == [
        ("watercolour", 0.5),
        ("someone/ink", 1.0),
        (str(Path("ink.safetensors").absolute()), -1.0),
    ]


def test_one_margin_is_for_all_sides_and_no_words_are_needed(run: Run):
    Image.new("RGB", (64, 48), "red").save("init.png")
    grown = run("generate", "--init", "init.png", "--outpaint", "16", "--json").json
    assert (grown["width"], grown["height"], grown["prompt"]) == (96, 80, "")


@pytest.mark.parametrize("margins", ["1,2", "a", "-5", "1,2,3,4,5", "", "1.5"])
def test_margins_that_are_none_are_said(run: Run, margins: str):
    done = run("generate", "--init", EXAMPLE, f"--outpaint={margins}")
    assert done.code == 2
    assert "cannot be read" in done.err


def test_a_size_is_rounded_only_if_asked(run: Run):
    assert run("generate", "an apple", "--size", "65x47").code == 2
    assert run("generate", "an apple", "--size", "65x47", "--round-size", "--json").json["width"] == 64


def test_a_mask_is_found_by_words_and_other_words_find_another(run: Run):
    done = run("generate", "a bus", "--init", EXAMPLE, "--mask-prompt", "the blue car", "--json")
    assert done.code == 0, done.err
    first = done.json
    assert first["notes"][0].startswith("mask: car")
    again = run("generate", "--from", first["id"], "--json").json
    assert again["request"]["mask"] == first["request"]["mask"]
    other = run("generate", "--from", first["id"], "--mask-prompt", "apples", "--json").json
    assert other["request"]["mask"] != first["request"]["mask"]
    missing = run("generate", "--from", first["id"], "--mask-prompt", "a dog", "--json")
    assert missing.code == 2
    assert "I see a blue car" in json.loads(missing.err)["error"]["message"]


def test_a_grown_picture_is_repeated_by_another_engine_from_what_that_understands(run: Run):
    Image.new("RGB", (64, 48), "red").save("init.png")
    first = run("generate", "--init", "init.png", "--outpaint", "16", "--json").json
    again = run("generate", "--from", first["id"], "-e", "fake:other", "--json").json
    assert again["request"]["outpaint"] == [16, 16, 16, 16]
    assert again["width"] == 96


def test_lists_say_what_was_done_where_there_are_no_words(run: Run, look: Run):
    Image.new("RGB", (24, 16), "teal").save("a.png")
    run("upscale", "a.png")
    assert "upscaling" in look("gallery", "list").out
    assert "upscaling" in look("gallery", "show", "latest").out
