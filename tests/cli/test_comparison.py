"""``studiolo engines --compare``."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from studiolo.engines.comparing import ABILITIES

from .conftest import Done

Run = Callable[..., Done]


def test_rows_for_a_pipe(run: Run):
    done = run("engines", "--compare", "pocket", "realesrgan")
    heading, *rows = [line.split("\t") for line in done.lines]
    assert heading == ["ability", "pocket", "realesrgan"]
    assert [row[0] for row in rows] == [*ABILITIES]
    assert ["upscaling", "no", "2 times or 4 times"] in rows


def test_json_has_a_cell_for_each_engine(run: Run):
    told = json.loads(run("engines", "pocket", "cutout", "--compare", "--json").out)
    cells = {row["ability"]: row["engines"] for row in told}
    assert cells["background-removal"] == {"pocket": "no", "cutout": "yes"}


def test_without_names_all_that_paint_but_the_test_double(run: Run):
    names = run("engines", "--compare").lines[0].split("\t")
    assert {"pocket", "diffusers", "realesrgan", "cutout"} <= set(names)
    assert "fake" not in names
    assert "gguf" not in names


@pytest.mark.parametrize("columns", [50, 80, 200])
def test_no_engine_and_no_ability_is_lost_in_a_narrow_window(columns: int, look: Run):
    done = look("engines", "--compare", "pocket", "realesrgan", "cutout", columns=columns)
    assert max(map(len, done.lines)) <= columns
    for word in ("pocket", "realesrgan", "cutout", "background-removal"):
        assert word in done.out


def test_who_talks_is_not_compared(run: Run):
    done = run("engines", "--compare", "--kind", "chat")
    assert done.code == 2
    assert "do not paint" in done.err


def test_a_name_that_is_not_there_is_said(run: Run):
    done = run("engines", "--compare", "pocket", "pocketz")
    assert done.code == 2
    assert "pocketz" in done.err


def test_several_names_are_told_in_detail(run: Run):
    told = json.loads(run("engines", "pocket", "realesrgan", "--kind", "image", "--json").out)
    assert [engine["name"] for engine in told] == ["pocket", "realesrgan"]
