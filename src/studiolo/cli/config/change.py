"""``studiolo config set`` and ``unset``: settings written to ``config.toml``; keys are typed, never given."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Final

import typer

from studiolo.cli.help import examples
from studiolo.cli.options import Json

if TYPE_CHECKING:
    from studiolo.settings.writing import Change

SET_EPILOG = examples(
    "studiolo config set engine pocket",
    "studiolo config set engines.openai.api_key",
    "studiolo config set engines.openai.api_key < key.txt",
    "studiolo config set engines.lab.uses openai",
    "studiolo config set engines.lab.base_url http://lab.example:8000/v1",
)
UNSET_EPILOG = examples("studiolo config unset engines.openai.api_key")
_LONGEST: Final = 10_000  # characters; no key is nearly as long

Name = Annotated[str, typer.Argument(metavar="NAME", help="Such as engine, or engines.openai.api_key.")]


def set_(
    name: Name,
    value: Annotated[
        str | None,
        typer.Argument(metavar="VALUE", help="Left out for a key: it is asked for, or read from stdin."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Set a setting in config.toml.

    Only if it can be used: a name that does not exist and a value that does not fit are refused, and so is
    what the environment sets, since that counts more. A list is written with commas.
    """
    from studiolo.cli.inputs import as_text
    from studiolo.errors import InvalidRequestError
    from studiolo.settings import is_secret
    from studiolo.settings.writing import parse_name

    *engine, option = parse_name(name)
    secret = bool(engine) and is_secret(option)
    if secret and value is not None:
        raise InvalidRequestError(
            "A key on the command line can be read by others, and stays in the shell's history.",
            hint=f"Leave it out, it is asked for: studiolo config set {name}",
        )
    given = as_text(value) if value is not None else _read_value(name, secret=secret)
    if not given:
        raise InvalidRequestError(f"There is no value for '{name}'.", hint="Take it out with: config unset")
    _change(name, given, as_json=as_json)


def unset(name: Name, as_json: Json = False) -> None:
    """Take a setting out of config.toml: it has its default again, or what else sets it."""
    _change(name, None, as_json=as_json)


def _read_value(name: str, *, secret: bool) -> str:
    """From the terminal, a key without showing it; else the first line of stdin."""
    from studiolo.errors import InvalidRequestError

    if not sys.stdin.isatty():
        return sys.stdin.read(_LONGEST).strip()
    if not secret:
        raise InvalidRequestError(
            f"There is no value for '{name}'.", hint=f"Give it: studiolo config set {name} VALUE"
        )
    return str(typer.prompt(name, hide_input=True, err=True)).strip()


def _change(name: str, value: Change, *, as_json: bool) -> None:
    from studiolo.cli.console import print_json, say
    from studiolo.settings import Settings
    from studiolo.studio.configuring import change_settings

    file = Settings.config_file()
    change_settings(file, {name: value})
    if as_json:
        print_json({"config_file": str(file), "name": name, "set": value is not None})
    else:
        say(f"{name} is {'not ' if value is None else ''}set in {file}")
