"""The table of what engines can do says what they declare."""

from __future__ import annotations

from typing import get_args

import pytest

from studiolo.engines.capabilities import Capabilities, Range, Sizes, Task
from studiolo.engines.comparing import ABILITIES, compare, markdown
from studiolo.engines.fake import FakeImageEngine

SQUARES = Sizes.among([(512, 512), (1024, 1024)])
FIVE = Sizes.among([(64 * across, 64) for across in range(1, 6)])
LEAST = Capabilities(description="Hardly anything.", sizes=SQUARES)
ENLARGES = Capabilities(
    description="Only enlarges.",
    tasks=frozenset({"upscaling"}),
    sizes=Sizes(minimum=8, maximum=2048, multiple=8, default=(64, 64), max_pixels=2_500_000),
)


def told(able: Capabilities) -> dict[str, str]:
    return {row.ability: row.cells[0] for row in compare({"it": able})}


def test_tasks_come_first_and_all_of_them():
    assert tuple(ABILITIES)[: len(get_args(Task))] == get_args(Task)


@pytest.mark.parametrize("task", get_args(Task))
def test_a_task_is_said_if_it_is_declared(task: Task):
    able = LEAST.model_copy(update={"tasks": frozenset({task})})
    assert [other for other in get_args(Task) if told(able)[other] != "no"] == [task]


def test_the_fake_engine_has_everything_but_what_only_services_have():
    without = {ability for ability, cell in told(FakeImageEngine().capabilities).items() if cell == "no"}
    assert without == {"masks found by words"}


@pytest.mark.parametrize(
    ("update", "ability", "cell"),
    [
        ({}, "sizes", "512x512, 1024x1024"),
        ({"sizes": FIVE}, "sizes", "64x64, 128x64, 192x64 and 2 more"),
        ({"sizes": ENLARGES.sizes}, "sizes", "8 to 2048, 2.5 megapixels"),
        ({}, "longest prompt", "any"),
        ({"prompt_characters": 512}, "longest prompt", "512 characters"),
        ({}, "seeds", "decide the picture"),
        ({"seeded": False}, "seeds", "only number the pictures"),
        ({"steps": Range(minimum=1, maximum=50, default=20)}, "steps", "1 to 50"),
        ({"refiners": ("none", "ensemble")}, "refiner", "ensemble"),
        ({"refiners": ("none",)}, "refiner", "no"),
        ({"controls": ("canny", "segmentation")}, "follow a layout", "canny, segmentation"),
        ({"finds_masks": True}, "masks found by words", "by itself"),
        ({"references": 3}, "references", "up to 3"),
        ({"loras": 2}, "LoRAs", "up to 2"),
        ({"schedulers": ("a", "b")}, "schedulers", "2 by name"),
        ({"parallel": 4}, "pictures painted", "4 at once"),
        ({}, "pictures painted", "one by one"),
        ({"tasks": frozenset({"upscaling"}), "upscale": (2, 4)}, "upscaling", "2 times or 4 times"),
    ],
)  # fmt: skip
def test_a_cell_says_what_is_declared(update: dict[str, object], ability: str, cell: str):
    assert told(LEAST.model_copy(update=update))[ability] == cell


def test_what_only_enlarges_has_no_prompt_and_no_seeds():
    cells = told(ENLARGES)
    assert [cells[ability] for ability in ("longest prompt", "seeds", "upscaling")] == ["no", "no", "yes"]


def test_markdown_has_a_column_for_each_engine():
    engines = {"one": LEAST, "two": ENLARGES}
    lines = markdown([*engines], compare(engines)).splitlines()
    assert lines[0] == "| | `one` | `two` |"
    assert lines[1] == "| --- | --- | --- |"
    assert lines[2] == "| text-to-image | yes | no |"
    assert len(lines) == 2 + len(ABILITIES)


def test_json_names_the_engines():
    row = compare({"one": LEAST, "two": ENLARGES})[0]
    assert row.document(["one", "two"]) == {
        "ability": "text-to-image",
        "engines": {"one": "yes", "two": "no"},
    }
