"""``studiolo gallery collections`` and ``--collection``."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from .conftest import Done

Run = Callable[..., Done]


@pytest.fixture
def ids(run: Run) -> list[str]:
    """Three pictures, oldest first."""
    made = run("generate", "a red apple", "a blue car", "a castle", "--seed", 7, "--json").lines
    return [json.loads(line)["id"] for line in made]


def listed(run: Run, *options: str) -> list[str]:
    return [found["id"] for found in run("gallery", "list", "--json", *options).json["pictures"]]


def test_pictures_are_put_together_and_found(run: Run, ids: list[str], tmp_path: Path):
    made = run("gallery", "collections", "create", "For the wall", "--json").json
    assert (made["name"], made["count"]) == ("For the wall", 0)
    filled = run("gallery", "collections", "add", "for the WALL", ids[0][-4:], "latest", "--json").json
    assert (filled["count"], filled["cover"]) == (2, ids[2])
    assert listed(run, "--collection", "for the wall") == [ids[2], ids[0]]
    assert listed(run, "--collection", made["id"], "--limit", "1") == [ids[2]]
    hits = run("gallery", "search", "apple", "--collection", "for the wall", "--json").json["hits"]
    assert [hit["id"] for hit in hits] == [ids[0]]
    run("gallery", "collections", "take", "for the wall", "latest")
    assert listed(run, "--collection", "for the wall") == [ids[0]]
    exported = run("gallery", "export", tmp_path / "wall.zip", "--collection", "for the wall", "--json").json
    assert exported["exported"] == 1


def test_the_list_in_a_pipe_and_for_a_person(run: Run, look: Run, ids: list[str]):
    assert run("gallery", "collections") == Done(0, "", "")
    assert "collections create" in look("gallery", "collections").err
    for name in ("beta", "Alpha"):
        run("gallery", "collections", "create", name)
    run("gallery", "collections", "add", "beta", ids[1])
    rows = [line.split("\t") for line in run("gallery", "collections", "list").lines]
    assert [row[1:] for row in rows] == [["Alpha", "0", ""], ["beta", "1", ids[1]]]
    documents = run("gallery", "collections", "--json")
    assert documents.code == 2  # the option is the list's
    named = run("gallery", "collections", "list", "--json").json["collections"]
    assert [each["name"] for each in named] == ["Alpha", "beta"]
    shown = look("gallery", "collections").out
    assert "Alpha" in shown
    assert "beta" in shown


def test_rename_and_remove(run: Run, ids: list[str]):
    run("gallery", "collections", "create", "beta")
    assert run("gallery", "collections", "rename", "beta", "gamma", "--json").json["name"] == "gamma"
    refused = run("gallery", "collections", "remove", "gamma")
    assert refused.code == 2
    assert "--yes" in refused.err
    removed = run("gallery", "collections", "remove", "gamma", "--yes", "--json")
    assert set(removed.json) == {"removed"}
    assert run("gallery", "collections", "list").out == ""
    assert len(listed(run)) == 3


@pytest.mark.parametrize(
    "arguments",
    [
        ["list", "--collection", "nothing"],
        ["search", "apple", "--collection", "nothing"],
        ["export", "out", "--collection", "nothing"],
        ["collections", "add", "nothing", "latest"],
        ["collections", "add", "some", "zzzz"],
        ["collections", "rename", "some", ""],
        ["collections", "create", "SOME"],
        ["collections", "remove", "nothing", "--yes"],
    ],
)
def test_what_is_not_there_changes_nothing(run: Run, ids: list[str], arguments: list[str]):
    run("gallery", "collections", "create", "some")
    run("gallery", "collections", "add", "some", ids[0])
    before = run("gallery", "collections", "list").out
    refused = run("gallery", *arguments)
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.strip()
    assert run("gallery", "collections", "list").out == before
    assert not Path("out").exists()


def test_an_import_of_several_looks_at_all_first(run: Run):
    Path("folder").mkdir()
    Image.new("RGB", (8, 8)).save("folder/one.png")
    refused = run("gallery", "import", "folder", "nothing.zip")
    assert refused.code == 2
    assert "nothing.zip" in refused.err
    assert listed(run) == []
    Image.new("RGB", (8, 8), "red").save("two.png")
    assert len(run("gallery", "import", "folder", "two.png", "--json").json["added"]) == 2
