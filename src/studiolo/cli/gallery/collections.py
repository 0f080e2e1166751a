"""``studiolo gallery collections``: pictures put together under a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from studiolo.cli.console import count_of
from studiolo.cli.gallery.find import PictureIds, get_all
from studiolo.cli.gallery.keep import Yes, confirm
from studiolo.cli.help import Command, examples, new_app
from studiolo.cli.options import Json

if TYPE_CHECKING:
    from studiolo.gallery import Collection

CollectionName = Annotated[str, typer.Argument(metavar="NAME", help="A collection's name or id.")]
NewName = Annotated[str, typer.Argument(metavar="NEW_NAME", help="Up to 80 characters.")]

app = new_app(
    help="Put pictures together under a name. Alone, it lists the collections.",
    epilog=examples(
        'studiolo gallery collections create "For the wall"',
        'studiolo gallery collections add "for the wall" 7k3f latest',
        'studiolo gallery list --collection "for the wall"',
        notes="A picture may be in several. Case does not count in names.",
    ),
)


@app.callback(invoke_without_command=True)
def root(context: typer.Context) -> None:
    """List the collections if nothing else is asked for."""
    if context.invoked_subcommand is None:
        list_()


def list_(as_json: Json = False) -> None:
    """List collections by name.

    In a pipe: id, name, how many pictures, and the newest one's id between tabs.
    """
    from studiolo.cli.console import for_a_person, print_json, print_rows, say
    from studiolo.cli.rooms import open_gallery

    with open_gallery() as gallery:
        found = gallery.collections.list()
    if as_json:
        print_json({"collections": [_document(collection) for collection in found]})
    elif not for_a_person():
        print_rows((each.id, each.name, each.count, each.cover or "") for each in found)
    elif found:
        _print_table(found)
    else:
        say("No collections. Make one: studiolo gallery collections create NAME", style="yellow")


def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Up to 80 characters.")], as_json: Json = False
) -> None:
    """Make an empty collection."""
    from studiolo.cli.inputs import as_text
    from studiolo.cli.rooms import open_gallery

    with open_gallery() as gallery:
        _tell(gallery.collections.create(as_text(name)), as_json=as_json)


def rename(name: CollectionName, new_name: NewName, as_json: Json = False) -> None:
    """Give a collection another name."""
    from studiolo.cli.inputs import as_text
    from studiolo.cli.rooms import open_gallery

    with open_gallery() as gallery:
        _tell(gallery.collections.rename(as_text(name), as_text(new_name)), as_json=as_json)


def remove(name: CollectionName, yes: Yes = False, as_json: Json = False) -> None:
    """Remove a collection; its pictures stay in the gallery."""
    from studiolo.cli.console import print_json, say
    from studiolo.cli.inputs import as_text
    from studiolo.cli.rooms import open_gallery

    with open_gallery() as gallery:
        found = gallery.collections.get(as_text(name))
        if not yes:
            confirm(f"Remove '{found.name}'? Its {count_of(found.count)} stay.", [], as_json=as_json)
        gallery.collections.remove(found.id)
    if as_json:
        print_json({"removed": found.id})
    else:
        say(f"'{found.name}' removed; its pictures stay in the gallery.")


def add(name: CollectionName, pictures: PictureIds, as_json: Json = False) -> None:
    """Put pictures into a collection."""
    from studiolo.cli.inputs import as_text
    from studiolo.cli.rooms import open_gallery

    with open_gallery() as gallery:
        ids = [picture.id for picture in get_all(gallery, pictures)]
        _tell(gallery.collections.add(as_text(name), ids), as_json=as_json)


def take(name: CollectionName, pictures: PictureIds, as_json: Json = False) -> None:
    """Take pictures out of a collection."""
    from studiolo.cli.inputs import as_text
    from studiolo.cli.rooms import open_gallery

    with open_gallery() as gallery:
        ids = [picture.id for picture in get_all(gallery, pictures)]
        _tell(gallery.collections.take(as_text(name), ids), as_json=as_json)


app.command("list", cls=Command)(list_)
app.command("create", cls=Command)(create)
app.command("rename", cls=Command)(rename)
app.command("remove", cls=Command)(remove)
app.command("add", cls=Command)(add)
app.command("take", cls=Command)(take)


def _document(collection: Collection) -> dict[str, Any]:
    return collection.model_dump(mode="json")


def _tell(collection: Collection, *, as_json: bool) -> None:
    from studiolo.cli.console import print_json, say

    if as_json:
        print_json(_document(collection))
    else:
        say(f"'{collection.name}' has {count_of(collection.count)}.")


def _print_table(found: tuple[Collection, ...]) -> None:
    from rich.text import Text

    from studiolo.cli.console import new_table, stdout_console
    from studiolo.cli.failure import one_line

    table = new_table("name", "pictures", "id")
    table.columns[1].justify = "right"
    for collection in found:
        table.add_row(one_line(collection.name), str(collection.count), Text(collection.id, "dim"))
    stdout_console().print(table)
