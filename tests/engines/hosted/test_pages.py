"""The tables on the pages are those that the programs write."""

from __future__ import annotations

import pytest

from tests.engines.hosted import pages
from tests.engines.hosted.comparison import NAME, PAGE, comparison
from tests.engines.hosted.matrix import DETAILS, GRID, suites
from tests.engines.hosted.rows import FAULT_NAMES, ROWS

HOW = "write it: see tests/engines/hosted/matrix.py"
SUITES = suites()
TITLES = [row.title for row in ROWS.values()]


def test_every_fault_has_a_row():
    assert tuple(ROWS) == FAULT_NAMES


def test_what_engines_can_do_is_what_they_declare():
    _, shown = pages.mark(PAGE, NAME)
    assert shown == comparison(), "write it: python -m tests.engines.hosted.comparison"


def test_every_engine_with_a_fault_suite_is_compared():
    said, _ = pages.mark(PAGE, NAME)
    compared = {name.strip().partition(":")[0] for name in said.split(",")}
    assert {suite.name for suite in SUITES} <= compared


def test_the_grid_of_failures_has_every_fault_and_every_engine():
    heading, *rows = pages.cells(pages.mark(*GRID)[1])
    assert [name.strip("` ") for name in heading if name.strip()] == [suite.name for suite in SUITES], HOW
    assert [row[0] for row in rows] == TITLES, HOW
    assert {len(row) for row in rows} == {len(SUITES) + 1}, HOW


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.name)
def test_the_failures_of_an_engine_are_told_one_by_one(suite):
    sections = pages.mark(*DETAILS)[1].split("## ")
    (section,) = [part for part in sections if part.startswith(f"{suite.name}\n")]
    _, *rows = pages.cells(section)
    assert [row[0] for row in rows] == TITLES, HOW
    impossible = [row[0] for row in rows if row[1].startswith("cannot happen")]
    assert impossible == [ROWS[fault].title for fault in FAULT_NAMES if fault in suite.does_not_apply], HOW


def test_what_does_not_apply_is_a_fault_and_says_why():
    for suite in SUITES:
        assert set(suite.does_not_apply) <= set(FAULT_NAMES), suite.name
        assert all(suite.does_not_apply.values()), suite.name
