"""``studiolo gallery list``, ``search``, ``show`` and ``open``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from studiolo.cli.gallery import filters
from studiolo.cli.help import examples
from studiolo.cli.options import Json, Preview

if TYPE_CHECKING:
    from studiolo.gallery import Gallery, Picture

PictureId = Annotated[str, typer.Argument(metavar="ID", help="A picture's id, a part of it, or `latest`.")]
PictureIds = Annotated[
    list[str], typer.Argument(metavar="ID", help="Ids of pictures, parts of them, or `latest`.")
]


LIST_EPILOG = examples(
    "studiolo gallery list --starred --since 7d",
    "studiolo gallery list --paths | head -1",
    "studiolo gallery list --json --limit 100",
)


def list_(
    engine: filters.Engine = None,
    since: filters.Since = None,
    until: filters.Until = None,
    size: filters.Size = None,
    seed: filters.Seed = None,
    starred: filters.Starred = None,
    tag: filters.Tag = None,
    collection: filters.Collection = None,
    trash: Annotated[bool, typer.Option("--trash", help="Deleted pictures instead.")] = False,
    limit: filters.Limit = 20,
    before: Annotated[
        str | None, typer.Option(metavar="ID", help="Go on after this picture, towards older ones.")
    ] = None,
    paths: filters.Paths = False,
    as_json: Json = False,
) -> None:
    """List pictures, newest first.

    In a pipe: id, time, engine, size, seed, starred, tags and prompt between tabs, a picture a line.
    """
    from studiolo.cli.console import for_a_person, print_json
    from studiolo.cli.gallery.rows import print_paths, print_pictures
    from studiolo.cli.pictures import as_document
    from studiolo.cli.rooms import open_gallery

    narrowed = filters.build_filter(
        engine=engine,
        since=since,
        until=until,
        size=size,
        seed=seed,
        starred=starred,
        tags=tag,
        trash=trash,
    )
    with open_gallery() as gallery:
        cursor = gallery.get(before).id if before is not None else None
        page = gallery.list(filters.in_collection(gallery, narrowed, collection), limit=limit, before=cursor)
        if as_json:
            pictures = [as_document(picture, gallery.path(picture)) for picture in page.pictures]
            print_json({"pictures": pictures, "next": page.next})
        elif paths:
            print_paths(gallery, page.pictures)
        else:
            print_pictures(page.pictures)
            if for_a_person():
                _print_rest(page.pictures, page.next)


SEARCH_EPILOG = examples(
    'studiolo gallery search "winter"',
    "studiolo gallery search castle --since 7d --paths | xargs -I{} open {}",
)


def search(
    query: Annotated[str, typer.Argument(metavar="WORDS", help="What is in the picture, in your words.")],
    engine: filters.Engine = None,
    since: filters.Since = None,
    until: filters.Until = None,
    size: filters.Size = None,
    seed: filters.Seed = None,
    starred: filters.Starred = None,
    tag: filters.Tag = None,
    collection: filters.Collection = None,
    limit: filters.Limit = 20,
    paths: filters.Paths = False,
    as_json: Json = False,
) -> None:
    """Find pictures by the words of their prompts and tags, and by what they mean."""
    from studiolo.cli.console import for_a_person, print_json, say
    from studiolo.cli.gallery.rows import print_hits, print_paths
    from studiolo.cli.inputs import as_text
    from studiolo.cli.pictures import as_document
    from studiolo.cli.rooms import open_gallery

    narrowed = filters.build_filter(
        engine=engine, since=since, until=until, size=size, seed=seed, starred=starred, tags=tag
    )
    with open_gallery() as gallery:
        narrowed = filters.in_collection(gallery, narrowed, collection)
        hits = gallery.search(as_text(query), narrowed, limit=limit)
        if as_json:
            found = [
                {
                    **as_document(hit.picture, gallery.path(hit.picture)),
                    "score": hit.score,
                    "reason": hit.reason,
                }
                for hit in hits
            ]
            print_json({"hits": found})
        elif paths:
            print_paths(gallery, [hit.picture for hit in hits])
        else:
            print_hits(hits)
            if not hits and for_a_person():
                say("Nothing found. See all: studiolo gallery list", style="yellow")


def show(
    picture: PictureId,
    preview: Preview = True,
    as_json: Json = False,
) -> None:
    """Show one picture and everything known about it."""
    from studiolo.cli.console import for_a_person, print_fields, print_json, print_rows
    from studiolo.cli.gallery.rows import fields_of, print_answers
    from studiolo.cli.graphics import detect
    from studiolo.cli.palettes import palette_document, palette_fields
    from studiolo.cli.pictures import as_document, show_files
    from studiolo.cli.rooms import open_gallery

    with open_gallery() as gallery:
        found = gallery.get(picture)
        path = gallery.path(found)
        answers = gallery.answers.of(found.id)
    if as_json:
        told = [answer.model_dump(mode="json", exclude={"picture_id"}) for answer in answers]
        print_json({**as_document(found, path), **palette_document(found.palette, path), "answers": told})
        return
    fields = [*fields_of(found, path), *palette_fields(found.palette, path)]
    if for_a_person():
        if preview:
            show_files([path], detect())
        print_fields(fields)
        print_answers(answers)
    else:
        print_rows(fields)
        print_rows(("answer", answer.question, answer.text, answer.finish) for answer in answers)


def open_(pictures: PictureIds) -> None:
    """Open pictures in this machine's viewer."""
    from studiolo.cli.rooms import open_gallery
    from studiolo.cli.viewer import open_files

    with open_gallery() as gallery:
        found = [gallery.path(picture) for picture in get_all(gallery, pictures)]
    open_files(found)


def get_all(gallery: Gallery, names: Sequence[str]) -> list[Picture]:
    """The pictures of these ids; all of them exist, or nothing is done.

    Raises:
        PictureNotFoundError: there is no picture of one of them.
    """
    return [gallery.get(name) for name in names]


def _print_rest(pictures: Sequence[Picture], following: str | None) -> None:
    from studiolo.cli.console import say

    if not pictures:
        say('No pictures. Make one: studiolo generate "a red apple on a table"', style="yellow")
    elif following is not None:
        say(f"More: studiolo gallery list --before {following}", style="dim")
