"""``studiolo serve``: the page and the API, until Ctrl-C."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from studiolo.cli.help import examples

if TYPE_CHECKING:
    from studiolo.studio import Studio

EPILOG = examples(
    "studiolo serve",
    "studiolo serve --open",
    "studiolo serve --host 0.0.0.0  # for others; they need a token: studiolo token create phone",
    "studiolo serve --port 0 --log json",
    notes="Ctrl-C ends it; what was being painted goes on at the next start. Press it twice to end at once.",
)


def serve(
    host: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Where to listen; any but this machine's own requires tokens."),
    ] = None,
    port: Annotated[
        int | None, typer.Option(metavar="NUMBER", help="0 is any that is free; without, 7333.")
    ] = None,
    open_page: Annotated[bool, typer.Option("--open/--no-open", help="Open the page in a browser.")] = False,
    log: Annotated[
        Literal["quiet", "text", "json"] | None,
        typer.Option(
            help="What is written to stderr: faults only, or every request, for people or for programs. "
            "Without: quiet in a terminal, else json."
        ),
    ] = None,
) -> None:
    """Serve the studio's page and its API.

    On this machine's own address nobody has to log in. The address goes to stdout.
    """
    import gc

    gc.disable()  # what is loaded now stays: looking through it for garbage takes a tenth of the start
    from studiolo.cli.interrupt import cancel_on_interrupt
    from studiolo.server.logs import configure
    from studiolo.server.running import run
    from studiolo.server.security.redaction import Redactor
    from studiolo.settings import Settings
    from studiolo.studio import Studio

    given: dict[str, Any] = {"server_host": host, "server_port": port}
    settings = Settings.load(**{name: value for name, value in given.items() if value is not None})
    with cancel_on_interrupt() as stop, Studio.open(settings) as studio:
        style = log or ("quiet" if sys.stderr.isatty() else "json")
        gc.freeze()
        gc.enable()
        configure(style, sys.stderr, Redactor(lambda: studio.settings))
        run(studio, stop, lambda address: _announce(studio, address, open_page=open_page))


def _announce(studio: Studio, address: str, *, open_page: bool) -> None:
    """Say where the studio is, and who may come in where not everybody may."""
    from studiolo.cli.console import for_a_person, print_line, say
    from studiolo.server.running import is_guarded

    if for_a_person():
        print_line(f"studiolo is at {address} (Ctrl-C ends it)")
    else:
        print_line(address)
    sys.stdout.flush()
    if is_guarded(studio.settings):
        usable = [token for token in studio.gallery.tokens.list() if token.usable]
        names = ", ".join(f"{token.name} ({', '.join(token.scopes)})" for token in usable)
        say(f"Tokens that open it: {names}. More: studiolo token create NAME")
    if open_page:
        import threading
        import webbrowser

        # A browser that runs in a terminal would keep the server waiting.
        threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
