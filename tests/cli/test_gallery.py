from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from .conftest import Done

Run = Callable[..., Done]


@pytest.fixture
def pictures(run: Run) -> list[dict[str, Any]]:
    """Three pictures, oldest first."""
    made = run("generate", "a red apple", "a blue car", "--seed", 7, "--json").lines
    made += run("generate", "a castle\tin\nthe snow", "--size", 32, "--seed", 8, "--json").lines
    return [json.loads(line) for line in made]


def test_an_empty_gallery_lists_nothing(run: Run):
    for arguments in (["gallery"], ["gallery", "list"], ["gallery", "search", "apple"]):
        assert run(*arguments) == Done(0, "", "")


def test_list_in_a_pipe_is_a_line_of_eight_fields_a_picture(run: Run, pictures: list[dict[str, Any]]):
    done = run("gallery")
    rows = [line.split("\t") for line in done.lines]
    assert [row[0] for row in rows] == [picture["id"] for picture in reversed(pictures)]
    assert rows[0][2:] == ["fake", "32x32", "8", "", "", "a castle in the snow"]


NARROWED = [
    ([], [2, 1, 0]),
    (["--limit", "2"], [2, 1]),
    (["--seed", "7"], [1, 0]),
    (["--size", "32x32"], [2]),
    (["--engine", "fake"], [2, 1, 0]),
    (["--engine", "pocket"], []),
    (["--since", "1h"], [2, 1, 0]),
    (["--since", "yesterday", "--until", "today"], [2, 1, 0]),
    (["--until", "2020-01-01"], []),
    (["--starred"], [1]),
    (["--not-starred"], [2, 0]),
    (["--tag", "Fruit"], [0]),
    (["--tag", "fruit", "--tag", "red"], [0]),
    (["--tag", "fruit", "--tag", "blue"], []),
    (["--trash"], []),
]


def test_list_can_be_narrowed(run: Run, pictures: list[dict[str, Any]]):
    run("gallery", "star", pictures[1]["id"])
    run("gallery", "tag", pictures[0]["id"], "fruit", "red")
    for options, expected in NARROWED:
        listed = run("gallery", "list", *options, "--json").json["pictures"]
        assert [found["id"] for found in listed] == [pictures[index]["id"] for index in expected], options


def test_list_goes_on_where_it_ended(run: Run, pictures: list[dict[str, Any]]):
    page = run("gallery", "list", "--limit", 2, "--json").json
    assert page["next"] == pictures[1]["id"]
    rest = run("gallery", "list", "--before", page["next"], "--json").json
    assert [found["id"] for found in rest["pictures"]] == [pictures[0]["id"]]
    assert rest["next"] is None


def test_list_of_paths(run: Run, pictures: list[dict[str, Any]]):
    assert run("gallery", "list", "--paths").lines == [picture["path"] for picture in reversed(pictures)]


def test_search_says_why(run: Run, pictures: list[dict[str, Any]]):
    hits = run("gallery", "search", "apple", "--json").json["hits"]
    assert hits[0]["id"] == pictures[0]["id"]
    assert "apple" in hits[0]["reason"]
    row = run("gallery", "search", "apple").lines[0].split("\t")
    assert row[0] == pictures[0]["id"]
    assert row[-1] == hits[0]["reason"]
    assert run("gallery", "search", "apple", "--paths").lines[0] == pictures[0]["path"]
    assert run("gallery", "search", "apple", "--engine", "pocket").out == ""


def test_show_tells_everything(run: Run, pictures: list[dict[str, Any]]):
    fields = dict(line.split("\t") for line in run("gallery", "show", "latest").lines)
    assert fields["prompt"] == "a castle in the snow"
    assert fields["seed"] == "8"
    assert run("gallery", "show", pictures[0]["id"][-4:], "--json").json["id"] == pictures[0]["id"]


def test_star_and_unstar(run: Run, pictures: list[dict[str, Any]]):
    ids = [pictures[0]["id"], pictures[1]["id"]]
    assert run("gallery", "star", *ids, "--json").json == {"starred": ids}
    assert run("gallery", "unstar", ids[0], "--json").json == {"unstarred": ids[:1]}
    starred = run("gallery", "list", "--starred", "--json").json["pictures"]
    assert [found["id"] for found in starred] == ids[1:]


def test_several_are_changed_all_or_none(run: Run, pictures: list[dict[str, Any]]):
    assert run("gallery", "star", pictures[0]["id"], "zzzz").code == 2
    assert run("gallery", "list", "--starred").out == ""


def test_tags(run: Run, pictures: list[dict[str, Any]]):
    one = pictures[0]["id"]
    assert run("gallery", "tag", one, "Fruit", "red", "--json").json == {"id": one, "tags": ["fruit", "red"]}
    assert run("gallery", "tag", one, "red", "--remove", "--json").json == {"id": one, "tags": ["fruit"]}
    assert run("gallery", "tag", one, " ").code == 2


def test_deleted_pictures_can_be_restored_until_the_trash_is_emptied(
    run: Run, pictures: list[dict[str, Any]]
):
    one, path = pictures[0]["id"], Path(pictures[0]["path"])
    refused = run("gallery", "delete", one)
    assert refused.code == 2
    assert "--yes" in refused.err
    deleted = run("gallery", "delete", one, "--yes")
    assert deleted.code == 0
    assert f"studiolo gallery restore {one}" in deleted.err
    assert len(run("gallery", "list").lines) == 2
    assert len(run("gallery", "list", "--trash").lines) == 1
    assert run("gallery", "restore", one, "--json").json == {"restored": [one]}
    assert len(run("gallery", "list").lines) == 3
    run("gallery", "delete", one, "--yes")
    assert run("gallery", "purge").code == 2
    assert run("gallery", "purge", "--yes", "--older-than", 1, "--json").json == {"purged": 0}
    assert run("gallery", "purge", "--yes", "--json").json == {"purged": 1}
    assert not path.exists()


def test_export_and_import(run: Run, pictures: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch):
    assert run("gallery", "export", "out.zip", "--seed", 7, "--json").json == {
        "exported": 2,
        "path": "out.zip",
    }
    assert run("gallery", "export", "out.zip").code == 2  # never written over
    monkeypatch.setenv("STUDIOLO_GALLERY", "other")
    imported = run("gallery", "import", "out.zip", "--json").json
    assert sorted(imported["added"]) == sorted(picture["id"] for picture in pictures[:2])
    assert run("gallery", "import", "out.zip", "--json").json["already_here"] == 2
    Path("folder").mkdir()
    Image.new("RGB", (8, 8)).save("folder/foreign.png")
    Path("folder/broken.png").write_text("no picture")
    some = run("gallery", "import", "folder")
    assert some.code == 1
    assert "broken.png" in some.err
    assert "1 added" in some.err


def test_check(run: Run, pictures: list[dict[str, Any]]):
    healthy = run("gallery", "check", "--json").json
    assert healthy["healthy"]
    assert healthy["pictures"] == 3
    assert "3 pictures" in run("gallery", "check").err
    Path(pictures[0]["path"]).unlink()
    broken = run("gallery", "check")
    assert (broken.code, broken.out) == (1, f"missing {pictures[0]['id']}\n")
    assert run("gallery", "check", "--json").code == 1


def test_a_damaged_catalog_is_made_anew(run: Run, pictures: list[dict[str, Any]], home: Path):
    for name in ("catalog.db", "catalog.db-wal", "catalog.db-shm"):
        if (home / "gallery" / name).exists():
            (home / "gallery" / name).write_bytes(b"not a database at all " * 400)
    broken = run("gallery", "list")
    assert broken.code == 1
    assert "--rebuild" in broken.err
    assert len(run("gallery", "check", "--rebuild", "--yes", "--json").json["added"]) == 3
    assert len(run("gallery", "list").lines) == 3
