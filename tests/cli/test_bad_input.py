"""Whatever is typed wrongly: one line, a hint, the exit code; no traceback, and nothing kept."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from .conftest import Done

LONG = "x" * 10_000


@pytest.fixture(autouse=True)
def _sources(home: Path) -> None:
    """In the working folder: files that are no pictures, and some that are."""
    Path("text.png").write_text("I am no picture.")
    Path("empty.png").touch()
    Image.new("RGB", (64, 64), "red").save("red.png")
    Image.new("L", (32, 32), 255).save("small-mask.png")
    whole = Path("red.png").read_bytes()
    Path("cut.png").write_bytes(whole[: len(whole) // 2])
    Path("folder").mkdir()
    bomb = bytearray(whole)
    bomb[16:24] = (60_000).to_bytes(4, "big") * 2
    Path("bomb.png").write_bytes(bomb)


# fmt: off
GENERATE = {
    "no prompt": ([], 2, "the prompt is empty"),
    "empty prompt": ([""], 2, "prompt is empty"),
    "blank prompt": (["  \n "], 2, "prompt is empty"),
    "long prompt": ([LONG], 2, "10,000 characters"),
    "prompt with NUL": (["a\x00b"], 2, ""),
    "second prompt is wrong": (["an apple", ""], 2, "prompt is empty"),
    "stdin is empty": (["-"], 2, "no prompt on stdin"),
    "long negative": (["x", "--negative", LONG], 2, "10,000 characters"),
    "size 0": (["x", "--size", "0x0"], 2, "width"),
    "size 7": (["x", "--size", "7x7"], 2, "7x7"),
    "size 100000": (["x", "--size", "100000x100000"], 2, "width"),
    "size no multiple": (["x", "--size", "65x64"], 2, "65x64"),
    "size in words": (["x", "--size", "abc"], 2, "'abc'"),
    "size negative": (["x", "--size=-64x64"], 2, "'-64x64'"),
    "count 0": (["x", "-n", "0"], 2, "count"),
    "count 1000": (["x", "-n", "1000"], 2, "count"),
    "count above the engine's": (["x", "-n", "17"], 2, "at most 16"),
    "count in words": (["x", "-n", "many"], 2, "--count"),
    "seed negative": (["x", "--seed", "-1"], 2, "seed"),
    "seed too large": (["x", "--seed", "4294967296"], 2, "seed"),
    "seed too large for the count": (["x", "--seed", "4294967295", "-n", "2"], 2, "4294967295"),
    "seed in words": (["x", "--seed", "lucky"], 2, "--seed"),
    "steps 0": (["x", "--steps", "0"], 2, "steps"),
    "steps 5000": (["x", "--steps", "5000"], 2, "steps"),
    "steps above the engine's": (["x", "--steps", "101"], 2, "steps 101"),
    "guidance nan": (["x", "--guidance", "nan"], 2, "guidance"),
    "guidance negative": (["x", "--guidance=-1"], 2, "guidance"),
    "strength 2": (["x", "--init", "red.png", "--strength", "2"], 2, "strength"),
    "strength without a picture": (["x", "--strength", "0.5"], 2, "strength"),
    "unknown scheduler": (["x", "--scheduler", "magic"], 2, "'magic'"),
    "unknown engine": (["x", "--engine", "fakee"], 2, "'fakee'"),
    "engine of no name": (["x", "--engine", ""], 2, "engine"),
    "unknown engine option": (["x", "--option", "loud=true"], 2, "'loud'"),
    "option without value": (["x", "--option", "loud"], 2, "'loud'"),
    "unknown option": (["x", "--sed", "1"], 2, "--sed"),
    "option lacks its value": (["x", "--seed"], 2, "--seed"),
    "init is text": (["x", "--init", "text.png"], 2, "text.png"),
    "init is empty": (["x", "--init", "empty.png"], 2, "empty.png"),
    "init is cut off": (["x", "--init", "cut.png"], 2, "cut.png"),
    "init is a bomb": (["x", "--init", "bomb.png"], 2, "bomb.png"),
    "init is a folder": (["x", "--init", "folder"], 2, "folder"),
    "init is missing": (["x", "--init", "nowhere.png"], 2, "nowhere.png"),
    "mask without a picture": (["x", "--mask", "red.png"], 2, "mask"),
    "mask of another size": (["x", "--init", "red.png", "--mask", "small-mask.png"], 2, "32x32"),
    "repeats a text": (["--from", "text.png"], 2, "text.png"),
    "repeats a picture that tells nothing": (["--from", "red.png"], 2, "does not say"),
    "repeats nothing": (["--from", "zzzz"], 2, "zzzz"),
    "output is another format": (["x", "-o", "apple.jpg"], 2, "PNG"),
    "output exists": (["x", "-o", "red.png"], 2, "exists already"),
    "output below a file": (["x", "-o", "red.png/apples"], 2, "red.png"),
    "output of a name too long": (["x", "-o", LONG], 2, "name too long"),
    "draft of another engine": (["x", "--draft", "--engine", "fake"], 2, "pocket"),
}
OTHER = {
    "unknown command": (["genrate", "x"], 2, "genrate"),
    "unknown gallery command": (["gallery", "lst"], 2, "lst"),
    "unknown global option": (["--frobnicate"], 2, "--frobnicate"),
    "engine that is not there": (["engines", "sdxl"], 2, "'sdxl'"),
    "show nothing": (["show", "nowhere.png"], 2, "nowhere.png"),
    "show a text": (["show", "text.png"], 2, "text.png"),
    "show a bomb": (["show", "bomb.png"], 2, "bomb.png"),
    "strip a text": (["show", "text.png", "--strip", "clean.png"], 2, "text.png"),
    "strip onto a file": (["show", "red.png", "--strip", "text.png"], 2, "exists already"),
    "gallery show nothing": (["gallery", "show", "zzzz"], 2, "zzzz"),
    "gallery show empty id": (["gallery", "show", ""], 2, ""),
    "gallery show odd id": (["gallery", "show", "../../etc/passwd"], 2, ""),
    "gallery open nothing": (["gallery", "open", "zzzz"], 2, "zzzz"),
    "gallery star nothing": (["gallery", "star", "zzzz"], 2, "zzzz"),
    "gallery delete nothing": (["gallery", "delete", "zzzz", "--yes"], 2, "zzzz"),
    "gallery restore nothing": (["gallery", "restore", "zzzz"], 2, "zzzz"),
    "gallery tag nothing": (["gallery", "tag", "zzzz", "word"], 2, "zzzz"),
    "gallery list limit 0": (["gallery", "list", "--limit", "0"], 2, "--limit"),
    "gallery list odd date": (["gallery", "list", "--since", "soon"], 2, "'soon'"),
    "gallery list odd size": (["gallery", "list", "--size", "big"], 2, "'big'"),
    "gallery list size 0": (["gallery", "list", "--size", "0x0"], 2, ""),
    "gallery list odd cursor": (["gallery", "list", "--before", "\x00"], 2, ""),
    "gallery search nothing": (["gallery", "search"], 2, "WORDS"),
    "gallery import nothing": (["gallery", "import", "nowhere"], 2, "nowhere"),
    "gallery export nothing": (["gallery", "export", "out", "zzzz"], 2, "zzzz"),
}
# fmt: on


def check(done: Done, code: int, words: str) -> None:
    assert done.code == code, done
    assert done.out == ""
    lines = done.err.splitlines()
    assert [line.partition(": ")[0] for line in lines] == ["error", "hint"], done.err
    assert words.lower() in lines[0].lower()
    assert len(lines[0]) < 400
    assert len(lines[1]) > len("hint: 123")
    assert "Traceback" not in done.err
    assert "pydantic" not in done.err


@pytest.mark.parametrize(("arguments", "code", "words"), GENERATE.values(), ids=GENERATE)
def test_generate(
    arguments: list[str], code: int, words: str, run: Callable[..., Done], no_traces: Callable[[], None]
):
    check(run("generate", *arguments), code, words)
    no_traces()
    assert Path("red.png").stat().st_size < 1000  # never written over


@pytest.mark.parametrize(("arguments", "code", "words"), OTHER.values(), ids=OTHER)
def test_other_commands(
    arguments: list[str], code: int, words: str, run: Callable[..., Done], no_traces: Callable[[], None]
):
    check(run(*arguments), code, words)
    no_traces()


def test_errors_are_json_where_json_was_asked_for(run: Callable[..., Done]):
    done = run("generate", "x", "--size", "abc", "--json")
    assert (done.code, done.out) == (2, "")
    error = json.loads(done.err)["error"]
    assert error["type"] == "InvalidRequestError"
    assert set(error) == {"type", "message", "hint"}
    assert json.loads(run("generate", "x", "--sed", "1", "--json").err)["error"]["type"] == "InputError"


def test_after_two_dashes_json_is_a_prompt(run: Callable[..., Done]):
    done = run("generate", "--size", "abc", "--", "--json")
    assert done.err.startswith("error: ")


def test_debug_shows_where_wherever_it_stands(run: Callable[..., Done]):
    for arguments in (["--debug", "generate", "", "-n", "1"], ["generate", "", "--debug"]):
        done = run(*arguments)
        assert done.code == 2
        assert "Traceback" in done.err
        assert "error: The prompt is empty." in done.err


def test_an_unexpected_error_is_one_line_too(run: Callable[..., Done], monkeypatch: pytest.MonkeyPatch):
    from studiolo.engines.fake import FakeImageEngine

    def fail(*arguments: object) -> object:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(FakeImageEngine, "generate", fail)
    done = run("generate", "x")
    assert done.code == 1
    assert "ZeroDivisionError" in done.err
    assert "--debug" in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSPC, "disk is full"), (errno.EROFS, "read-only"), (errno.EACCES, "permission denied")],
)
def test_an_output_folder_that_takes_nothing(
    number: int,
    words: str,
    run: Callable[..., Done],
    no_traces: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
):
    def refuse(self: Path, *arguments: object, **options: object) -> None:
        raise OSError(number, os.strerror(number), str(self))

    monkeypatch.setattr(Path, "touch", refuse)
    check(run("generate", "x", "-o", "out"), 1, words)
    no_traces()


def test_a_disk_that_fills_up_while_copying(run: Callable[..., Done], monkeypatch: pytest.MonkeyPatch):
    def refuse(self: Path, content: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", refuse)
        done = run("generate", "x", "-o", "out")
    check(done, 1, "disk is full")
    assert "gallery" in done.err  # where the picture is all the same
    assert list(Path("out").iterdir()) == []
    assert len(run("gallery", "list").lines) == 1


@pytest.mark.skipif(os.geteuid() == 0 if hasattr(os, "geteuid") else True, reason="root may write anywhere")
def test_a_folder_of_somebody_else(run: Callable[..., Done], no_traces: Callable[[], None]):
    Path("folder").chmod(0o500)
    check(run("generate", "x", "-o", "folder/out"), 1, "permission denied")
    no_traces()
