"""``studiolo gallery star``, ``unstar``, ``tag``, ``delete``, ``restore`` and ``check``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from studiolo.cli.gallery import filters
from studiolo.cli.gallery.find import PictureId, PictureIds, get_all
from studiolo.cli.help import examples

if TYPE_CHECKING:
    from studiolo.gallery import Picture


def star(pictures: PictureIds, as_json: filters.Json = False) -> None:
    """Star pictures, to find them with `--starred`."""
    _set_star(pictures, starred=True, as_json=as_json)


def unstar(pictures: PictureIds, as_json: filters.Json = False) -> None:
    """Take the star from pictures."""
    _set_star(pictures, starred=False, as_json=as_json)


def _set_star(names: Sequence[str], *, starred: bool, as_json: bool) -> None:
    from studiolo.cli.rooms import open_gallery

    with open_gallery() as gallery:
        found = get_all(gallery, names)
        for picture in found:
            gallery.star(picture.id, starred)
    _tell("Starred" if starred else "Unstarred", found, as_json=as_json)


TAG_EPILOG = examples(
    "studiolo gallery tag 7k3f fruit still-life",
    "studiolo gallery tag 7k3f fruit --remove",
)


def tag(
    picture: PictureId,
    tags: Annotated[list[str], typer.Argument(metavar="TAG", help="One or more words.")],
    remove: Annotated[bool, typer.Option("--remove", help="Take these tags away instead.")] = False,
    as_json: filters.Json = False,
) -> None:
    """Tag a picture, to find it by search or with `--tag`."""
    from studiolo.cli.console import print_json, say
    from studiolo.cli.rooms import open_gallery

    with open_gallery() as gallery:
        found = gallery.get(picture)
        kept = [word for word in found.tags if word not in tags]
        tagged = gallery.tag(found.id, kept if remove else [*kept, *tags])
    if as_json:
        print_json({"id": tagged.id, "tags": list(tagged.tags)})
    else:
        say(f"Tags of {tagged.id}: {', '.join(tagged.tags) or 'none'}")


def delete(
    pictures: PictureIds,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: filters.Json = False,
) -> None:
    """Delete pictures. They can be brought back with `restore`."""
    from studiolo.cli.rooms import open_gallery
    from studiolo.errors import Cancelled, InvalidRequestError

    with open_gallery() as gallery:
        found = get_all(gallery, pictures)
        if not yes:
            if not sys.stdin.isatty() or as_json:
                raise InvalidRequestError(
                    "Deleting asks first, and here is nobody to ask.", hint="Add --yes."
                )
            _print_doomed(found)
            if not typer.confirm(f"Delete {_count(found)}?", err=True):
                raise Cancelled("Nothing was deleted.")
        for picture in found:
            gallery.delete(picture.id)
    ids = " ".join(picture.id for picture in found)
    _tell("Deleted", found, as_json=as_json, then=f"Undo: studiolo gallery restore {ids}")


def restore(pictures: PictureIds, as_json: filters.Json = False) -> None:
    """Bring deleted pictures back."""
    from studiolo.cli.rooms import open_gallery

    with open_gallery() as gallery:
        found = [gallery.restore(name) for name in pictures]
    _tell("Restored", found, as_json=as_json)


def check(as_json: filters.Json = False) -> None:
    """Check that every picture's file and row are there and whole.

    Ends with exit code 1 if something is wrong.
    """
    from studiolo.cli.console import print_json, print_line, say
    from studiolo.cli.rooms import open_gallery

    with open_gallery() as gallery:
        problems = list(gallery.check())
    if as_json:
        print_json({"healthy": not problems, "problems": [str(problem) for problem in problems]})
    else:
        for problem in problems:
            print_line(str(problem))
        if not problems:
            say("Every picture is there and whole.")
    if problems:
        raise typer.Exit(1)


def _tell(done: str, pictures: Sequence[Picture], *, as_json: bool, then: str = "") -> None:
    from studiolo.cli.console import print_json, say

    if as_json:
        print_json({done.lower(): [picture.id for picture in pictures]})
        return
    say(f"{done} {_count(pictures)}.")
    if then:
        say(then, style="dim")


def _count(pictures: Sequence[Picture]) -> str:
    return "1 picture" if len(pictures) == 1 else f"{len(pictures)} pictures"


def _print_doomed(pictures: Sequence[Picture]) -> None:
    from studiolo.cli.console import say

    for picture in pictures[:10]:
        say(f"  {picture.id}  {picture.prompt[:60]}")
    if len(pictures) > 10:
        say(f"  and {len(pictures) - 10} more")
