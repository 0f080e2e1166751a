"""Commands on the pages of hosted engines are commands that there are, for engines that there are."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

import pytest
import typer

from studiolo.cli.app import app
from studiolo.registry import EngineRegistry
from tests.engines.hosted.pages import DOCS

TEXT = (DOCS / "hosted.md").read_text(encoding="utf-8")
ENGINES = set(EngineRegistry().names)


def shown() -> Iterator[str]:
    """Each command of the page, one that goes on in the next line as one."""
    for block in re.findall(r"```console\n(.*?)```", TEXT, re.DOTALL):
        for line in block.replace("\\\n", " ").splitlines():
            if line.startswith("$ studiolo"):
                yield line.removeprefix("$ ")
    yield from re.findall(r"`(studiolo [^`…]*)`", TEXT)


COMMANDS = sorted(set(shown()))


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_on_the_page_can_be_read(command: str):
    words = shlex.split(command, comments=True)[1:]
    words = [word for word in words if not re.fullmatch(r"[A-Z_:]+", word) or word.startswith("-")]
    found = typer.main.get_command(app)
    while words and words[0] in getattr(found, "commands", {}):
        found = found.commands[words.pop(0)]
    options = {
        name: parameter
        for parameter in found.params
        if parameter.param_type_name == "option"
        for name in (*parameter.opts, *parameter.secondary_opts)
    }
    asked = [word.partition("=")[0] for word in words if word.startswith("-")]
    assert set(asked) <= options.keys(), command


@pytest.mark.parametrize(
    "command", [command for command in COMMANDS if re.search(r" (-e|--engine) ", command)]
)
def test_it_names_an_engine_that_there_is(command: str):
    words = shlex.split(command, comments=True)
    named = [words[index + 1] for index, word in enumerate(words) if word in {"-e", "--engine"}]
    known = ENGINES | set(re.findall(r"\bengines\.(\w+)", TEXT))  # those that the page makes
    assert {name.partition(":")[0] for name in named} - {"NAME"} <= known


def test_there_are_commands_on_the_page():
    assert len(COMMANDS) > 10


def test_every_hosted_engine_has_its_row_and_its_section():
    rows = set(re.findall(r"^\| `(\w+)`", TEXT, re.MULTILINE))
    assert {"replicate", "bedrock", "openai", "automatic1111", "comfyui", "huggingface"} <= rows & ENGINES
