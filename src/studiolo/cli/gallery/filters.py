"""The options that narrow a list, shared by the commands that list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from studiolo.gallery import Gallery, PictureFilter

_PANEL = "Only pictures"

Engine = Annotated[
    str | None,
    typer.Option("--engine", "-e", metavar="NAME", help="Painted by this engine.", rich_help_panel=_PANEL),
]
Since = Annotated[
    str | None,
    typer.Option(
        metavar="DATE",
        help="From then on: 2026-11-21, yesterday, 3d (days ago), 12h.",
        rich_help_panel=_PANEL,
    ),
]
Until = Annotated[
    str | None,
    typer.Option(metavar="DATE", help="Until then; a day counts to its end.", rich_help_panel=_PANEL),
]
Size = Annotated[
    str | None, typer.Option(metavar="WxH", help="Of this size, such as 512x512.", rich_help_panel=_PANEL)
]
Seed = Annotated[
    int | None,
    typer.Option(
        metavar="NUMBER", min=0, max=2**63 - 1, help="Painted with this seed.", rich_help_panel=_PANEL
    ),
]
Starred = Annotated[
    bool | None,
    typer.Option("--starred/--not-starred", help="Starred, or not.", rich_help_panel=_PANEL),
]
Tag = Annotated[
    list[str] | None,
    typer.Option(
        metavar="TAG", help="Tagged so; repeat it to ask for several tags at once.", rich_help_panel=_PANEL
    ),
]
Collection = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="In this collection.", rich_help_panel=_PANEL),
]
Limit = Annotated[
    int, typer.Option("--limit", "-l", metavar="NUMBER", min=1, max=10_000, help="At most so many.")
]
Paths = Annotated[bool, typer.Option("--paths", help="Print only the files' paths, one a line.")]


def build_filter(
    *,
    engine: str | None,
    since: str | None,
    until: str | None,
    size: str | None,
    seed: int | None,
    starred: bool | None,
    tags: list[str] | None,
    trash: bool = False,
) -> PictureFilter:
    """The gallery's filter for what was typed.

    Raises:
        InvalidRequestError: a date or size cannot be read, or a tag is empty.
    """
    from studiolo.cli.inputs import parse_moment, parse_size
    from studiolo.errors import InvalidRequestError
    from studiolo.gallery import PictureFilter

    width, height = parse_size(size) if size is not None else (None, None)
    if width is not None and height is not None and min(width, height) < 1:
        raise InvalidRequestError("No picture has a side of 0 pixels.", hint="For example: --size 512x512")
    return PictureFilter(
        engine=engine,
        created_from=parse_moment(since) if since is not None else None,
        created_to=parse_moment(until, end_of_day=True) if until is not None else None,
        width=width,
        height=height,
        seed=seed,
        starred=starred,
        tags=tuple(tags or ()),
        trash=trash,
    )


def in_collection(gallery: Gallery, narrowed: PictureFilter, name: str | None) -> PictureFilter:
    """``narrowed``, and only what is in the collection of that name, if one was typed.

    Raises:
        NotFoundError: there is no such collection.
    """
    from studiolo.cli.inputs import as_text

    if name is None:
        return narrowed
    return narrowed.model_copy(update={"collection": gallery.collections.get(as_text(name)).id})
