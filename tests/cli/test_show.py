from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from studiolo.imaging.metadata import read_metadata

from .conftest import Done, pixels

Run = Callable[..., Done]


@pytest.fixture
def a1111() -> Path:
    chunks = PngInfo()
    chunks.add_text(
        "parameters",
        "a red apple\nNegative prompt: blur\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 5, Size: 30x50",
    )
    Image.new("RGB", (30, 50)).save("a1111.png", pnginfo=chunks)
    return Path("a1111.png")


def test_ours_as_json_with_its_record(run: Run):
    made = run("generate", "an apple", "--seed", 7, "-o", "apple.png", "--json").json
    shown = run("show", "apple.png", "--json").json
    assert shown["prompt"] == "an apple"
    assert shown["seed"] == 7
    assert shown["ai_generated"] is True
    assert shown["record"]["request"] == made["request"]
    assert run("show", "latest", "--json").json["record"]["id"] == made["id"]


def test_of_another_program(run: Run, a1111: Path):
    rows = dict(line.split("\t") for line in run("show", a1111).lines)
    assert rows["path"] == "a1111.png"
    assert rows["prompt"] == "a red apple"
    assert rows["negative_prompt"] == "blur"
    assert (rows["seed"], rows["steps"], rows["guidance_scale"]) == ("5", "20", "7.0")


def test_a_photo_says_nothing(run: Run, look: Run):
    Image.new("RGB", (30, 50)).save("photo.jpg")
    shown = run("show", "photo.jpg", "--json").json
    assert shown == {"path": "photo.jpg", "ai_generated": False, "size": "30x50"}
    assert "does not say" in look("show", "photo.jpg").err


def test_in_a_terminal_it_says_how_to_make_it_again(run: Run, look: Run, a1111: Path):
    run("generate", "an apple", "-o", "apple.png")
    assert "studiolo generate --from apple.png" in look("show", "apple.png").out
    assert "--from" not in look("show", a1111).out


def test_strip_writes_a_copy_without_the_prompt(run: Run, a1111: Path):
    run("generate", "a secret apple", "-o", "apple.png")
    for source in ("apple.png", a1111):
        assert run("show", source, "--strip", "clean.png", "--force").out == "clean.png\n"
        assert pixels("clean.png") == pixels(source)
        assert b"apple" not in Path("clean.png").read_bytes()
        assert read_metadata(Path("clean.png")).ai_generated
    refused = run("show", a1111, "--strip", "clean.png")
    assert refused.code == 2
    assert run("show", a1111, "--strip", "other.png", "--json").json == {"path": "other.png"}


def test_what_a_picture_went_by_is_shown_of_the_file_and_in_the_gallery(run: Run):
    run("generate", "an apple", "-o", "apple.png")
    run(
        "generate",
        "--reference",
        "apple.png",
        "--reference",
        "latest",
        "--similarity",
        0.5,
        "-o",
        "varied.png",
    )
    for shown in (run("show", "varied.png"), run("gallery", "show", "latest")):
        assert {"references\t2 pictures", "similarity\t0.5"} <= set(shown.lines)
    run("generate", "--init", "apple.png", "--outpaint", "8,0,8,0", "-o", "grown.png")
    for shown in (run("show", "grown.png"), run("gallery", "show", "latest")):
        assert {"outpaint\t8,0,8,0", "seam\tdefault"} <= set(shown.lines)
        assert not any(line.startswith(("similarity", "refiner\tnone")) for line in shown.lines)
