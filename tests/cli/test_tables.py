"""Lists as a person sees them, in windows of several widths."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .conftest import Done

Run = Callable[..., Done]


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_no_line_is_wider_than_the_window(columns: int, look: Run, run: Run):
    run("generate", "a very long prompt about " + "apples and " * 20, "--negative", "pears " * 30)
    run("gallery", "tag", "latest", "fruit")
    for command in (["gallery"], ["gallery", "search", "apples"], ["gallery", "show", "latest"], ["engines"]):
        done = look(*command, columns=columns)
        assert done.code == 0
        assert max(map(len, done.lines)) <= columns


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_a_wide_window_shows_more(columns: int, look: Run, run: Run):
    run("generate", "a red apple " * 20, "--seed", 987)
    run("gallery", "star", "latest")
    heading, row = look("gallery", columns=columns).lines[:2]
    assert ("made" in heading) == (columns >= 60)
    assert ("seed" in heading) == ("987" in row) == (columns >= 110)
    assert "★" in row
    assert row.rstrip().endswith("…")


def test_search_shows_why(look: Run, run: Run):
    run("generate", "a red apple")
    heading, row = look("gallery", "search", "apple", columns=100).lines[:2]
    assert heading.split()[-1] == "why"
    assert "words" in row
    nothing = look("gallery", "search", "apple", "--engine", "pocket")
    assert (nothing.code, nothing.out) == (0, "")


def test_a_list_says_how_to_go_on(look: Run, run: Run):
    empty = look("gallery")
    assert "studiolo generate" in empty.err
    run("generate", "a red apple", "-n", 3)
    rest = look("gallery", "list", "--limit", 2)
    assert "studiolo gallery list --before" in rest.err


def test_what_a_prompt_says_to_the_terminal_is_not_done(look: Run, run: Run, home: object):
    from studiolo.cli.failure import one_line

    assert one_line("a\x1b[2Jb\x07\u202ec\nd") == "a [2Jb c d"
    run("generate", "[bold]red[/bold] :smile: apple")
    assert "[bold]red[/bold] :smile: apple" in look("gallery").out
    assert "[bold]red[/bold] :smile: apple" in look("gallery", "show", "latest").out
