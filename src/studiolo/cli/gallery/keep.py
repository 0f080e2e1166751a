"""``studiolo gallery star``, ``unstar``, ``tag``, ``delete``, ``restore``, ``purge`` and ``check``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from studiolo.cli.console import count_of
from studiolo.cli.gallery.find import PictureId, PictureIds, get_all
from studiolo.cli.help import examples
from studiolo.cli.options import Json

if TYPE_CHECKING:
    from studiolo.gallery import CheckReport, Picture

TAG_EPILOG = examples(
    "studiolo gallery tag 7k3f fruit still-life", "studiolo gallery tag 7k3f fruit --remove"
)
CHECK_EPILOG = examples("studiolo gallery check", "studiolo gallery check --deep")
_MOST_NAMED = 10

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def star(pictures: PictureIds, as_json: Json = False) -> None:
    """Star pictures, to find them with --starred."""
    _set_star(pictures, starred=True, as_json=as_json)


def unstar(pictures: PictureIds, as_json: Json = False) -> None:
    """Take the star from pictures."""
    _set_star(pictures, starred=False, as_json=as_json)


def _set_star(names: Sequence[str], *, starred: bool, as_json: bool) -> None:
    from studiolo.cli.rooms import open_gallery

    with open_gallery() as gallery:
        found = get_all(gallery, names)
        gallery.star([picture.id for picture in found], starred=starred)
    _tell("starred" if starred else "unstarred", found, as_json=as_json)


def tag(
    picture: PictureId,
    tags: Annotated[list[str], typer.Argument(metavar="TAG", help="One or more words.")],
    remove: Annotated[bool, typer.Option("--remove", help="Take these tags away instead.")] = False,
    as_json: Json = False,
) -> None:
    """Tag a picture, to find it by search or with --tag."""
    from studiolo.cli.console import print_json, say
    from studiolo.cli.rooms import open_gallery

    with open_gallery() as gallery:
        found = gallery.get(picture)
        gallery.tag([found.id], add=[] if remove else tags, remove=tags if remove else [])
        tagged = gallery.get(found.id)
    if as_json:
        print_json({"id": tagged.id, "tags": list(tagged.tags)})
    else:
        say(f"Tags of {tagged.id}: {', '.join(tagged.tags) or 'none'}")


def delete(pictures: PictureIds, yes: Yes = False, as_json: Json = False) -> None:
    """Move pictures into the trash, from where they can be restored."""
    from studiolo.cli.rooms import open_gallery

    with open_gallery() as gallery:
        found = get_all(gallery, pictures)
        if not yes:
            confirm(f"Delete {count_of(len(found))}?", found, as_json=as_json)
        gallery.delete([picture.id for picture in found])
    ids = " ".join(picture.id for picture in found)
    _tell("deleted", found, as_json=as_json, then=f"Undo: studiolo gallery restore {ids}")


def restore(pictures: PictureIds, as_json: Json = False) -> None:
    """Bring deleted pictures back."""
    from studiolo.cli.rooms import open_gallery

    with open_gallery() as gallery:
        found = get_all(gallery, pictures)
        gallery.restore([picture.id for picture in found])
    _tell("restored", found, as_json=as_json)


def purge(
    older_than_days: Annotated[
        int,
        typer.Option(
            "--older-than", metavar="DAYS", min=0, max=36_500, help="Only what was deleted that long ago."
        ),
    ] = 0,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Empty the trash: what was deleted is gone for good."""
    from datetime import timedelta

    from studiolo.cli.console import print_json, say
    from studiolo.cli.rooms import open_gallery
    from studiolo.gallery import PictureFilter

    with open_gallery() as gallery:
        if not yes:
            count = gallery.count(PictureFilter(trash=True))
            confirm(f"Remove up to {count_of(count)} for good?", [], as_json=as_json)
        purged = gallery.purge(older_than=timedelta(days=older_than_days))
    if as_json:
        print_json({"purged": purged})
    else:
        say(f"{count_of(purged)} removed for good.")


def check(
    deep: Annotated[bool, typer.Option("--deep", help="Read every file, to find damaged ones.")] = False,
    rebuild: Annotated[
        bool,
        typer.Option(
            "--rebuild", help="Make a damaged catalog anew from the picture files; what only it knew is lost."
        ),
    ] = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Check that every picture is there and can be found; mend what can be mended.

    Ends with exit code 1 if pictures are missing or damaged.
    """
    from studiolo.cli.console import print_json
    from studiolo.cli.rooms import open_gallery

    if rebuild:
        _rebuild(yes=yes, as_json=as_json)
        return
    with open_gallery() as gallery:
        report = gallery.check(deep=deep)
    if as_json:
        print_json({"healthy": report.healthy, **report.model_dump(mode="json")})
    else:
        _print_report(report)
    if not report.healthy:
        raise typer.Exit(1)


def _rebuild(*, yes: bool, as_json: bool) -> None:
    from studiolo.cli.console import print_json, say
    from studiolo.cli.rooms import gallery_folder
    from studiolo.embedding import TextEmbedder
    from studiolo.gallery import Gallery

    if not yes:
        lost = "Stars, tags, collections, answers and the server's jobs, tokens and links are lost."
        confirm(f"Make the catalog anew? {lost}", [], as_json=as_json)
    report = Gallery.rebuild(gallery_folder(), embedder=TextEmbedder())
    if as_json:
        print_json(report.model_dump(mode="json"))
    else:
        say(f"The catalog is made anew, with {count_of(len(report.added))}. The old one is in 'backups'.")


def _print_report(report: CheckReport) -> None:
    from studiolo.cli.console import print_line, say

    for picture_id in report.missing:
        print_line(f"missing {picture_id}")
    for picture_id in report.damaged:
        print_line(f"damaged {picture_id}")
    if report.orphans:
        done = "taken in or cleared away" if report.mended else "left alone"
        say(f"{count_of(len(report.orphans), 'stray file')} {done}.")
    if not report.healthy:
        say("Bring these files back from a backup, or delete the pictures.", style="yellow")
    else:
        say(f"{count_of(report.pictures)}, all there.")


def confirm(question: str, pictures: Sequence[Picture], *, as_json: bool) -> None:
    """Ask; whoever does not say yes, or cannot be asked, has changed nothing.

    Raises:
        Cancelled: no.
        InvalidRequestError: there is nobody to ask.
    """
    from studiolo.cli.console import say
    from studiolo.errors import Cancelled, InvalidRequestError

    if as_json or not sys.stdin.isatty():
        raise InvalidRequestError("This asks first, and there is nobody here to ask.", hint="Add --yes.")
    for picture in pictures[:_MOST_NAMED]:
        say(f"{picture.id}  {picture.prompt[:60]}")
    if len(pictures) > _MOST_NAMED:
        say(f"and {len(pictures) - _MOST_NAMED} more")
    if not typer.confirm(question, err=True):
        raise Cancelled("Nothing was changed.")


def _tell(done: str, pictures: Sequence[Picture], *, as_json: bool, then: str = "") -> None:
    from studiolo.cli.console import print_json, say

    if as_json:
        print_json({done: [picture.id for picture in pictures]})
        return
    say(f"{count_of(len(pictures))} {done}.")
    if then:
        say(then, style="dim")
