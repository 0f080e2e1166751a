from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from studiolo.errors import Cancelled
from studiolo.imaging.metadata import read_metadata

from .conftest import Done, pixels

Run = Callable[..., Done]


def test_a_pipe_gets_paths_and_nothing_else(program: Run):
    done = program("generate", "a red apple", "a café ☕", "-n", "2", "--size", "32x64")
    assert (done.code, done.err) == (0, "")
    assert len(set(done.paths)) == 4
    for path in done.paths:
        assert path.is_absolute()
        assert pixels(path)[0] == (32, 64)


def test_json_is_a_line_for_each_picture_as_soon_as_it_is_finished(program: Run):
    done = program("generate", "a red apple", "-n", "2", "--seed", "7", "--json", "--negative", "blur")
    assert (done.code, done.err) == (0, "")
    first, second = map(json.loads, done.lines)
    assert [first["seed"], second["seed"]] == [7, 8]
    assert first["prompt"] == "a red apple"
    assert first["negative_prompt"] == "blur"
    assert first["engine"] == "fake"
    assert first["request"]["count"] == 1
    assert Path(first["path"]).exists()
    assert first["id"] in first["path"]


def test_the_same_seed_makes_the_same_picture(run: Run):
    paths = [run("generate", "an apple", "--seed", 5).paths[0] for _ in range(2)]
    assert pixels(paths[0]) == pixels(paths[1])
    other = run("generate", "an apple", "--seed", 6).paths[0]
    assert pixels(paths[0]) != pixels(other)


def test_every_option_reaches_the_request(run: Run):
    Image.new("RGB", (64, 64), "red").save("init.png")
    Image.new("L", (64, 64), 255).save("mask.png")
    done = run(
        *(
            "generate",
            "an apple",
            "--size",
            "64",
            "--seed",
            3,
            "--steps",
            9,
            "--guidance",
            2.5,
            "--strength",
            0.4,
        ),
        *("--negative", "pear", "--scheduler", "euler", "--init", "init.png", "--mask", "mask.png"),
        *("--engine", "fake:bands", "--json"),
    )
    request = json.loads(done.out)["request"]
    assert request["init_image"].startswith("sha256:")
    assert request["mask"].startswith("sha256:")
    expected = {
        "prompt": "an apple",
        "negative_prompt": "pear",
        "width": 64,
        "height": 64,
        "seed": 3,
        "steps": 9,
        "guidance_scale": 2.5,
        "strength": 0.4,
        "scheduler": "euler",
    }
    assert {name: request[name] for name in expected} == expected


def test_prompts_from_stdin(program: Run):
    done = program("generate", "-", "--json", stdin="a red apple\n\nzwei grüne Äpfel\n")
    assert [json.loads(line)["prompt"] for line in done.lines] == ["a red apple", "zwei grüne Äpfel"]


def test_stdin_of_another_encoding_is_one_line(program: Run):
    done = program("generate", "-", stdin="grüne Äpfel".encode("latin-1"), PYTHONIOENCODING="utf-8:strict")
    assert done.code == 2
    assert "UTF-8" in done.err
    assert len(done.err.splitlines()) == 2


def test_a_picture_of_the_gallery_can_be_the_start(run: Run):
    first = json.loads(run("generate", "an apple", "--json").out)
    second = run("generate", "a pear", "--init", first["id"], "--json").json
    assert second["request"]["init_image"].startswith("sha256:")


class TestFrom:
    def test_repeats_a_picture_by_its_id(self, run: Run):
        first = run("generate", "an apple", "--size", 32, "--guidance", 3, "--json").json
        again = run("generate", "--from", first["id"], "--json").json
        assert again["request"] == first["request"]
        assert pixels(again["path"]) == pixels(first["path"])

    def test_repeats_a_file_far_from_its_gallery(
        self, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ):
        first = run("generate", "an apple", "--size", 32, "-o", "apple.png", "--json").json
        monkeypatch.setenv("STUDIOLO_HOME", str(tmp_path / "elsewhere"))
        again = run("generate", "--from", "apple.png", "--json").json
        assert again["request"] == first["request"]

    def test_repeats_with_its_pictures(self, run: Run):
        Image.new("RGB", (64, 64), "red").save("init.png")
        first = run("generate", "an apple", "--init", "init.png", "--json").json
        Path("init.png").unlink()
        assert run("generate", "--from", "latest", "--json").json["request"] == first["request"]

    def test_options_and_a_prompt_change_it(self, run: Run):
        first = run("generate", "an apple", "--steps", 9, "--json").json
        again = run("generate", "a pear", "--from", first["id"], "--seed", 1, "--json").json["request"]
        assert again == {**first["request"], "prompt": "a pear", "seed": 1}

    def test_repeats_a_picture_of_another_program_in_a_size_that_can_be(self, run: Run):
        settings = "Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 5, Size: 30x50"
        chunks = PngInfo()
        chunks.add_text("parameters", f"a red apple\nNegative prompt: blur\n{settings}")
        Image.new("RGB", (30, 50)).save("a1111.png", pnginfo=chunks)
        request = run("generate", "--from", "a1111.png", "--json").json["request"]
        assert (request["prompt"], request["negative_prompt"], request["seed"]) == ("a red apple", "blur", 5)
        assert (request["width"] % 8, request["height"] % 8) == (0, 0)
        assert request["steps"] == 4  # the engine's own: another program's steps are not ours


class TestOutput:
    def test_into_a_folder_with_a_contact_sheet_of_several(self, run: Run):
        done = run("generate", "An apple!", "-n", 2, "--seed", 5, "-o", "out")
        names = sorted(path.name for path in Path("out").iterdir())
        assert names[0].startswith("an-apple-5-")
        assert names[1].startswith("an-apple-6-")
        assert names[2] == "contact-sheet.png"
        assert sorted(path.name for path in done.paths) == names[:2]
        assert read_metadata(done.paths[0]).seed == 5  # the copy tells as much as the original

    def test_into_a_file(self, run: Run):
        assert run("generate", "an apple", "-o", "apple.png").out == "apple.png\n"
        assert list(Path().iterdir()) == [Path("apple.png")]
        refused = run("generate", "an apple", "-o", "apple.png")
        assert refused.code == 2
        assert "--force" in refused.err
        assert run("generate", "a pear", "-o", "apple.png", "--force").code == 0
        assert read_metadata(Path("apple.png")).prompt == "a pear"


def test_cancelled_says_what_is_kept(run: Run, monkeypatch: pytest.MonkeyPatch):
    from studiolo.engines.fake import FakeImageEngine

    original = FakeImageEngine.generate

    def stop_after_two(self, request, progress):
        pictures = original(self, request, progress)
        yield next(pictures)
        yield next(pictures)
        raise Cancelled

    monkeypatch.setattr(FakeImageEngine, "generate", stop_after_two)
    done = run("generate", "an apple", "-n", "4")
    assert done.code == 130
    assert done.err == "cancelled: 2 of 4 pictures kept.\n"
    assert len(done.paths) == 2
    assert len(run("gallery", "list").lines) == 2


def test_an_interrupt_anywhere_is_one_word(run: Run, monkeypatch: pytest.MonkeyPatch):
    def interrupt(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("studiolo.settings.Settings.load", interrupt)
    assert run("gallery") == Done(130, "", "cancelled\n")


def test_a_reader_that_goes_away_is_no_error():
    shell = f"{sys.executable} -m studiolo.cli generate apple -n 12 --json | head -1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, check=False)
    assert json.loads(done.stdout)["prompt"] == "apple"
    assert done.stderr == ""
    assert done.returncode in {0, 141}


def test_an_ascii_terminal_gets_what_it_can_show(program: Run):
    environment = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "TERM": "dumb"}
    done = program("generate", "a café", "--json", **environment)
    assert done.code == 0
    assert done.out.isascii()
    assert json.loads(done.out)["prompt"] == "a café"
    listed = program("gallery", "list", **environment)
    assert (listed.code, listed.err) == (0, "")
    assert "a caf?" in listed.out


def test_draft_writes_a_file_and_keeps_nothing(run: Run, monkeypatch: pytest.MonkeyPatch):
    from studiolo.engines.fake import FakeImageEngine
    from studiolo.studio import Studio

    def draft(self: Studio, prompt: str, **fields: object):
        request = self.request(prompt, **fields).model_copy(update={"seed": 4})
        return next(iter(FakeImageEngine().generate(request)))

    monkeypatch.setattr(Studio, "draft", draft)
    done = run("generate", "an apple", "--draft")
    assert (done.code, done.out) == (0, "an-apple-draft-4.png\n")
    assert Path("an-apple-draft-4.png").exists()
    assert run("gallery", "list").out == ""


def test_open_shows_the_pictures(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    folder = tmp_path / "bin"
    folder.mkdir()
    viewer = folder / ("open" if sys.platform == "darwin" else "xdg-open")
    viewer.write_text(f'#!/bin/sh\necho "$1" >> {tmp_path}/opened\n')
    viewer.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    done = run("generate", "an apple", "--open")
    assert (tmp_path / "opened").read_text() == done.out
    viewer.unlink()
    monkeypatch.setenv("PATH", str(folder))
    failed = run("gallery", "open", "latest")
    assert failed.code == 1
    assert "viewer" in failed.err
