"""Palettes from the command line to the picture, and back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from rich.console import Console

from studiolo.cli.palettes import swatches
from studiolo.imaging.metadata import read_metadata

from .conftest import Done

Run = Callable[..., Done]

COLOURS = ["#264653", "#2a9d8f", "#e9c46a"]


def colours_in(path: str | Path) -> set[str]:
    with Image.open(path) as image:
        counted = image.convert("RGB").getcolors() or []
    return {"#{:02x}{:02x}{:02x}".format(*colour) for _, colour in counted}


@pytest.mark.parametrize(
    "typed", ["#264653,#2a9d8f,#e9c46a", "264653, 2A9D8F, e9c46a", "#264653 #2a9d8f #e9c46a"]
)
def test_pictures_are_painted_in_the_palette(run: Run, typed: str):
    done = run("generate", "an apple", "--palette", typed, "--json").json
    assert done["request"]["palette"] == COLOURS
    assert done["fidelity"]["coverage"] == 1
    assert done["notes"] == [
        "palette: 100% of the picture is in the colours asked for, missed by ΔE 0.0 on average"
    ]
    assert colours_in(done["path"]) == set(COLOURS)


@pytest.mark.parametrize(
    ("typed", "said", "hint"),
    [
        ("#26465", "'#26465' is no colour", "#rrggbb"),
        ("teal", "'teal' is no colour", "#rrggbb"),
        (" , ", "palette is empty", "--palette"),
        (",".join(f"#00000{n:x}" for n in range(11)), "11 colours; at most 10", "Leave out"),
    ],
)
def test_what_is_no_palette_is_said(run: Run, typed: str, said: str, hint: str):
    done = run("generate", "an apple", "--palette", typed)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert hint in done.err


class TestFromAPicture:
    def test_a_file_gives_its_main_colours(self, run: Run):
        image = Image.new("RGB", (60, 60), "#264653")
        image.paste("#e9c46a", (0, 0, 60, 20))
        image.save("reference.png")
        done = run("generate", "an apple", "--palette-from", "reference.png", "--json").json
        assert done["request"]["palette"] == ["#264653", "#e9c46a"]
        assert colours_in(done["path"]) == {"#264653", "#e9c46a"}

    def test_so_does_a_picture_of_the_gallery(self, run: Run):
        first = run("generate", "an apple", "--palette", ",".join(COLOURS), "--json").json
        second = run("generate", "a pear", "--palette-from", first["id"], "--json").json
        assert set(second["request"]["palette"]) == set(COLOURS)

    def test_two_palettes_are_one_too_many(self, run: Run):
        Image.new("RGB", (8, 8)).save("reference.png")
        done = run("generate", "an apple", "--palette-from", "reference.png", "--palette", "#fff")
        assert done.code == 2
        assert "There are two palettes" in done.err

    def test_nothing_visible_gives_no_palette(self, run: Run):
        Image.new("RGBA", (8, 8)).save("glass.png")
        done = run("generate", "an apple", "--palette-from", "glass.png")
        assert done.code == 2
        assert "'glass.png' is transparent" in done.err
        assert run("generate", "an apple", "--palette-from", "nowhere.png").code == 2


class TestAgain:
    def test_a_picture_is_repeated_in_its_palette_or_in_another(self, run: Run):
        first = run("generate", "an apple", "--palette", ",".join(COLOURS), "--json").json
        assert run("generate", "--from", first["id"], "--json").json["request"] == first["request"]
        other = run("generate", "--from", first["id"], "--palette", "#ffffff", "--json").json
        assert other["request"]["palette"] == ["#ffffff"]

    def test_another_engine_gets_the_palette_if_it_takes_one(self, run: Run):
        first = run("generate", "an apple", "--palette", ",".join(COLOURS), "--json").json
        done = run("generate", "--from", first["id"], "--engine", "pocket", "--strength", 0, "--json").json
        assert done["engine"] == "pocket"
        assert done["request"]["palette"] == COLOURS


class TestShowing:
    def test_the_file_says_its_palette_and_how_well_it_is_kept_to(self, run: Run):
        run("generate", "an apple", "--palette", ",".join(COLOURS), "-o", "apple.png")
        assert read_metadata(Path("apple.png")).palette == tuple(COLOURS)
        shown = run("show", "apple.png", "--json").json
        assert shown["palette"] == COLOURS
        assert shown["fidelity"]["coverage"] == 1
        assert sum(shown["fidelity"]["presence"]) == pytest.approx(1)
        rows = dict(line.split("\t") for line in run("show", "apple.png").lines)
        assert rows["palette"] == " ".join(COLOURS)
        assert rows["fidelity"] == "100% near, mean ΔE 0.0"

    def test_so_does_the_gallery(self, run: Run, look: Run):
        run("generate", "an apple", "--palette", ",".join(COLOURS))
        rows = dict(line.split("\t") for line in run("gallery", "show", "latest").lines)
        assert rows["palette"] == " ".join(COLOURS)
        assert rows["fidelity"].startswith("100%")
        assert run("gallery", "show", "latest", "--json").json["fidelity"]["mean_delta_e"] < 0.01
        assert " ".join(COLOURS) in look("gallery", "show", "latest").out

    def test_colours_that_are_missing_are_named(self, run: Run):
        made = run("generate", "an apple", "--palette", ",".join(COLOURS), "--json").json
        with Image.open(made["path"]) as image:
            image.load()
            texts = image.info
        from PIL.PngImagePlugin import PngInfo

        chunks = PngInfo()
        chunks.add_text("parameters", texts["parameters"])
        Image.new("RGB", (64, 64), "#2a9d8f").save("teal.png", pnginfo=chunks)
        rows = dict(line.split("\t") for line in run("show", "teal.png").lines)
        assert rows["fidelity"].endswith("without #264653 #e9c46a")

    def test_without_a_palette_nothing_is_said(self, run: Run):
        run("generate", "an apple", "-o", "apple.png")
        assert "fidelity" not in run("show", "apple.png", "--json").json
        for command in (("gallery", "show", "latest"), ("show", "apple.png")):
            assert "palette" not in dict(line.split("\t") for line in run(*command).lines)

    def test_a_picture_whose_file_is_damaged_is_shown_as_far_as_it_goes(self, run: Run):
        made = run("generate", "an apple", "--palette", ",".join(COLOURS), "--json").json
        Path(made["path"]).write_bytes(b"no picture")
        assert run("gallery", "show", "latest", "--json").json["fidelity"] is None
        assert "fidelity\tnot measured" in run("gallery", "show", "latest").out


def test_colours_are_named_on_themselves_in_a_legible_ink():
    console = Console(force_terminal=True, color_system="truecolor", width=80)
    with console.capture() as captured:
        console.print(swatches(["#264653", "#e9c46a"]))
    dark, light = captured.get().split(" ")
    assert "48;2;38;70;83" in dark
    assert dark.startswith("\x1b[37")
    assert "48;2;233;196;106" in light
    assert light.startswith("\x1b[30")


def test_engines_say_how_many_colours_they_take(look: Run):
    assert "up to 10 colours" in " ".join(look("engines", "pocket", "--kind", "image").out.split())
