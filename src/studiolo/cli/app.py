"""The root of the command line: ``studiolo``, its global options and its commands.

The modules of the commands import nothing heavy at their top, so that ``--help`` is quick;
a test measures it.
"""

from __future__ import annotations

import contextlib
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from functools import cache
from typing import Annotated

import typer
import typer.main

from studiolo.cli import (
    ask,
    config,
    control,
    cutout,
    describe,
    doctor,
    engines,
    generate,
    models,
    pull,
    serve,
    show,
    speak,
    suggest,
    tag,
    token,
    translate,
    upscale,
)
from studiolo.cli.console import OutputClosedError, prepare_streams
from studiolo.cli.failure import exit_code, report
from studiolo.cli.gallery import app as gallery_app
from studiolo.cli.help import Command, examples, new_app

CANCELLED = 130
BROKEN_PIPE = 141  # 128 + SIGPIPE, as a shell reports a program that a closed pipe ended

EPILOG = examples(
    'studiolo generate "two red apples left of a blue car in the snow"',
    'studiolo suggest --style "watercolour, calm" --keywords "fox, lantern"',
    'studiolo ask latest "how many apples are there?" --speak',
    'studiolo gallery search "winter" --since 7d',
    "studiolo generate --help",
    notes="""\b
Exit codes:
  0    done
  1    this machine or an engine could not do it
  2    what was asked cannot be done as asked
  130  cancelled; pictures finished before are kept
  141  whoever read the output went away""",
)

app = new_app(
    name="studiolo",
    help="A picture studio: write prompts, make pictures, ask about them, and find every one again.",
    epilog=EPILOG,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from studiolo._version import __version__

        sys.stdout.write(f"studiolo {__version__}\n")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def root(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show where an error came from; may stand anywhere on the line.")
    ] = False,
) -> None:
    """Open the studio."""
    del version, debug  # --version has printed and left; --debug is taken by main
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


app.command("generate", cls=Command, epilog=generate.EPILOG)(generate.generate)
app.command("upscale", cls=Command, epilog=upscale.EPILOG)(upscale.upscale)
app.command("cutout", cls=Command, epilog=cutout.EPILOG)(cutout.cutout)
app.command("control", cls=Command, epilog=control.EPILOG)(control.control)
app.add_typer(gallery_app, name="gallery")
app.add_typer(token.app, name="token")
app.command("suggest", cls=Command, epilog=suggest.EPILOG)(suggest.suggest)
app.command("ask", cls=Command, epilog=ask.EPILOG)(ask.ask)
app.command("describe", cls=Command, epilog=describe.EPILOG)(describe.describe)
app.command("tag", cls=Command, epilog=tag.EPILOG)(tag.tag)
app.command("translate", cls=Command, epilog=translate.EPILOG)(translate.translate)
app.command("speak", cls=Command, epilog=speak.EPILOG)(speak.speak)
app.command("serve", cls=Command, epilog=serve.EPILOG)(serve.serve)
app.command("show", cls=Command, epilog=show.EPILOG)(show.show)
app.command("engines", cls=Command, epilog=engines.EPILOG)(engines.engines)
app.add_typer(models.app, name="models")
app.command("pull", cls=Command, epilog=pull.EPILOG)(pull.pull)
app.add_typer(config.app, name="config")
app.command("doctor", cls=Command)(doctor.doctor)


@cache
def _command() -> Callable[..., object]:
    """The commands, read from their functions' signatures once."""
    return typer.main.get_command(app)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    given, debug = _take_debug(list(sys.argv[1:] if arguments is None else arguments))
    as_json = "--json" in _before_dashes(given)
    prepare_streams()
    try:
        code: object = _command()(given, prog_name="studiolo", standalone_mode=False)
        sys.stdout.flush()
    except (BrokenPipeError, OutputClosedError):
        _abandon_stdout()
        return BROKEN_PIPE
    except SystemExit:
        raise
    except BaseException as error:  # noqa: BLE001 - the door: everything becomes one line and a code
        if debug:
            traceback.print_exception(error)
        report(error, as_json=as_json)
        return exit_code(error)
    if code == CANCELLED:  # Typer has made a number of a KeyboardInterrupt
        report(KeyboardInterrupt(), as_json=as_json)
    return code if isinstance(code, int) else 0


def _before_dashes(arguments: list[str]) -> list[str]:
    return arguments[: arguments.index("--")] if "--" in arguments else arguments


def _take_debug(arguments: list[str]) -> tuple[list[str], bool]:
    """``--debug`` is meant for the whole program, wherever it stands before ``--``."""
    flags = _before_dashes(arguments)
    kept = [argument for argument in flags if argument != "--debug"]
    return kept + arguments[len(flags) :], len(kept) < len(flags)


def _abandon_stdout() -> None:
    """Let the interpreter's last flush of stdout go nowhere instead of failing."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
