"""docs/cli.md names every command and every option there is, and none that is not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from studiolo.cli.app import app

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "cli.md").read_text()
FILTERS = {"--engine", "--since", "--until", "--size", "--seed", "--starred", "--not-starred", "--tag"}


def commands(command: Any, path: str) -> Iterator[tuple[str, Any]]:
    yield path, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, f"{path} {name}")


COMMANDS = dict(commands(typer.main.get_command(app), "studiolo"))


def sections() -> dict[str, str]:
    """Each command's part of the page, by the command's name."""
    parts = re.split(r"^#{2,3} (studiolo[^\n]*)\n", PAGE, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def options(command: Any) -> set[str]:
    return {
        name
        for parameter in command.params
        if parameter.param_type_name == "option"
        for name in (*parameter.opts, *parameter.secondary_opts)
    }


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_is_documented(name: str):
    assert name in sections(), f"docs/cli.md has no section '{name}'"
    text = sections()[name]
    if {"--since", "--tag"} <= options(COMMANDS[name]):
        text += sections()["studiolo gallery"]
    for option in options(COMMANDS[name]) - {"--help", "-h"}:
        assert re.search(rf"`{re.escape(option)}\b", text), f"{name} {option}"


def test_nothing_is_documented_that_is_not_there():
    assert set(sections()) == set(COMMANDS)
    for name, text in sections().items():
        if name == "studiolo gallery":
            known = set.union(*(options(COMMANDS[inner]) for inner in COMMANDS if inner.startswith(name)))
        elif name == "studiolo":
            known = options(COMMANDS[name]) | {"--install-completion", "--show-completion", "--help", "-h"}
        else:
            known = options(COMMANDS[name]) | {"--output", "--starred", "--trash"}
        assert set(re.findall(r"`(--?[a-z][a-z-]*)[`, ]", text)) <= known | {"--help", "-h"}, name


def test_every_command_says_what_it_is_for():
    for name, command in COMMANDS.items():
        assert (command.help or "").strip().endswith((".", "one.")), name
        for parameter in command.params:
            assert getattr(parameter, "help", None), f"{name} {parameter.name}"


def test_the_exit_codes_are_in_the_help_and_on_the_page():
    from studiolo import cli

    for code in ("0", "1", "2", "130", "141"):
        assert re.search(rf"^\s+{code}\s", COMMANDS["studiolo"].epilog, re.MULTILINE)
        assert re.search(rf"^\s+{code}\s", cli.__doc__ or "", re.MULTILINE)
        assert f"| {code} |" in PAGE
