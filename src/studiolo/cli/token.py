"""``studiolo token``: who may use the studio's server from elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from studiolo.cli.help import Command, examples, new_app
from studiolo.cli.options import Json

if TYPE_CHECKING:
    from datetime import datetime

    from studiolo.gallery import Token

CREATE_EPILOG = examples(
    "studiolo token create phone",
    "studiolo token create frame --scope read --expires 30d",
    "TOKEN=$(studiolo token create script --scope generate)",
    notes="Scopes: read (look and search), generate (paint, ask, speak), edit (star, tag, delete, import), "
    "admin (everything, also keys). Each includes read.",
)

app = new_app(
    help="Make and revoke the tokens that the server asks for. Alone, it lists them.",
    epilog=examples("studiolo token create phone", "studiolo token list", "studiolo token revoke phone"),
)


@app.callback(invoke_without_command=True)
def root(context: typer.Context) -> None:
    """List the tokens if nothing else is asked for."""
    if context.invoked_subcommand is None:
        list_()


def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it is for, such as phone.")],
    scope: Annotated[
        list[str] | None,
        typer.Option(metavar="SCOPE", help="What it allows; repeat it. Without: read, generate and edit."),
    ] = None,
    expires: Annotated[
        str | None,
        typer.Option(metavar="WHEN", help="30d, 12h, 2w, or a date to whose end it holds. Without: never."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Make a token. Its secret is printed this once, and kept nowhere.

    Only the secret goes to stdout.
    """
    from studiolo.cli.console import for_a_person, print_json, print_line, say
    from studiolo.cli.inputs import as_text, parse_expiry
    from studiolo.cli.rooms import open_gallery
    from studiolo.gallery.tokens import EVERYDAY, check_scopes

    until = parse_expiry(expires) if expires is not None else None
    scopes = check_scopes(scope) if scope else EVERYDAY
    with open_gallery() as gallery:
        token, secret = gallery.tokens.create(as_text(name), scopes, expires=until)
    if as_json:
        print_json({**_document(token), "secret": secret})
        return
    print_line(secret)
    held = "for good" if token.expires is None else f"until {_moment(token.expires)}"
    say(f"'{token.name}' may {', '.join(token.scopes)}, {held}. Keep the secret now: it is not shown again.")
    if for_a_person():
        say("Sign in with it on the page, or send the header  Authorization: Bearer SECRET", style="dim")


def list_(as_json: Json = False) -> None:
    """List the tokens there are and were, newest first; their secrets are known to nobody.

    In a pipe: id, name, scopes, state, made, expires and last used between tabs.
    """
    from studiolo.cli.console import for_a_person, print_json, print_rows, say
    from studiolo.cli.rooms import open_gallery

    with open_gallery() as gallery:
        tokens = gallery.tokens.list()
    if as_json:
        print_json({"tokens": [_document(token) for token in tokens]})
    elif not for_a_person():
        print_rows(_row(token) for token in tokens)
    elif tokens:
        _print_table(tokens)
    else:
        say("No tokens. Make one: studiolo token create NAME", style="yellow")


def revoke(
    token: Annotated[str, typer.Argument(metavar="NAME|ID", help="A token's name or id.")],
    as_json: Json = False,
) -> None:
    """Let a token open nothing from now on."""
    from studiolo.cli.console import print_json, say
    from studiolo.cli.inputs import as_text
    from studiolo.cli.rooms import open_gallery

    with open_gallery() as gallery:
        revoked = gallery.tokens.revoke(as_text(token))
    if as_json:
        print_json(_document(revoked))
    else:
        say(f"'{revoked.name}' opens nothing any more.")


app.command("create", cls=Command, epilog=CREATE_EPILOG)(create)
app.command("list", cls=Command)(list_)
app.command("revoke", cls=Command)(revoke)


def _document(token: Token) -> dict[str, Any]:
    return {**token.model_dump(mode="json"), "state": _state(token)}


def _state(token: Token) -> str:
    if token.usable:
        return "usable"
    return "expired" if token.revoked is None else "revoked"


def _row(token: Token) -> list[str]:
    moments = (token.created, token.expires, token.last_used)
    written = ["" if moment is None else moment.isoformat(timespec="seconds") for moment in moments]
    return [token.id, token.name, " ".join(token.scopes), _state(token), *written]


def _moment(moment: datetime) -> str:
    return moment.astimezone().strftime("%Y-%m-%d %H:%M")


def _print_table(tokens: tuple[Token, ...]) -> None:
    from rich.text import Text

    from studiolo.cli.console import new_table, stdout_console
    from studiolo.cli.failure import one_line

    table = new_table("name", "may", "state", "last used", "expires", "id")
    for token in tokens:
        style = "" if token.usable else "dim"
        used = "never" if token.last_used is None else _moment(token.last_used)
        held = "" if token.expires is None else _moment(token.expires)
        cells = (one_line(token.name), " ".join(token.scopes), _state(token), used, held, token.id)
        table.add_row(*(Text(cell, style) for cell in cells))
    stdout_console().print(table)
