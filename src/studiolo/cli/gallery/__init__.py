"""``studiolo gallery``: every picture made here, found and looked after."""

from __future__ import annotations

import typer

from studiolo.cli.gallery import carry, collections, find, keep, spent
from studiolo.cli.help import Command, examples, new_app

app = new_app(
    help="Find and look after the pictures made here. Alone, it lists the newest.",
    epilog=examples(
        "studiolo gallery list --starred --since 7d",
        'studiolo gallery search "winter"',
        "studiolo gallery list --paths | head -1",
        notes="A picture is named by its id, of which the last letters are enough, or as `latest`.",
    ),
)


@app.callback(invoke_without_command=True)
def root(context: typer.Context) -> None:
    """List the newest pictures if nothing else is asked for."""
    if context.invoked_subcommand is None:
        find.list_()


app.command("list", cls=Command, epilog=find.LIST_EPILOG)(find.list_)
app.command("search", cls=Command, epilog=find.SEARCH_EPILOG)(find.search)
app.command("show", cls=Command)(find.show)
app.command("open", cls=Command)(find.open_)
app.command("star", cls=Command)(keep.star)
app.command("unstar", cls=Command)(keep.unstar)
app.command("tag", cls=Command, epilog=keep.TAG_EPILOG)(keep.tag)
app.command("delete", cls=Command)(keep.delete)
app.command("restore", cls=Command)(keep.restore)
app.command("purge", cls=Command)(keep.purge)
app.add_typer(collections.app, name="collections")
app.command("export", cls=Command, epilog=carry.EXPORT_EPILOG)(carry.export)
app.command("import", cls=Command, epilog=carry.IMPORT_EPILOG)(carry.import_)
app.command("spent", cls=Command, epilog=spent.EPILOG)(spent.spent)
app.command("check", cls=Command, epilog=keep.CHECK_EPILOG)(keep.check)
