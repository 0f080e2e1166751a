"""Painting an order, and what becomes of each picture as soon as it is finished."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studiolo.cli.console import count_of

if TYPE_CHECKING:
    from studiolo.cli.destination import Destination
    from studiolo.cli.graphics import Graphics
    from studiolo.cli.order import Edits, Order
    from studiolo.cli.painting import PaintingLine
    from studiolo.gallery import Picture
    from studiolo.studio import Studio


@dataclass(frozen=True, kw_only=True)
class Result:
    """What was typed about what becomes of the pictures."""

    output: Path | None
    force: bool
    open: bool
    preview: bool
    as_json: bool

    def destination(self, pictures: int, *, otherwise: Path | None = None) -> Destination | None:
        """Where copies go, None if only the gallery keeps the pictures."""
        from studiolo.cli.destination import Destination

        place = self.output or otherwise
        return Destination(place, pictures=pictures, force=self.force) if place is not None else None

    def graphics(self) -> Graphics:
        """How to show the pictures."""
        from studiolo.cli.console import for_a_person
        from studiolo.cli.graphics import Graphics, detect

        return detect() if self.preview and for_a_person(as_json=self.as_json) else Graphics.NONE


@dataclass(kw_only=True)
class Easel:
    """Takes each finished picture: copies it, prints it, remembers it for the contact sheet."""

    studio: Studio
    result: Result
    destination: Destination | None
    total: int
    paths: list[Path] = field(default_factory=list[Path])

    def take(self, picture: Picture) -> None:
        """Copy and print ``picture``."""
        from studiolo.cli import pictures
        from studiolo.cli.console import for_a_person, print_json, print_line, say
        from studiolo.cli.palettes import palette_document

        path = self.studio.gallery.path(picture)
        if self.destination is not None:
            path = self._copy(self.destination, picture, path)
        self.paths.append(path)
        if self.result.as_json:
            document = pictures.as_document(picture, path) | palette_document(picture.palette, path)
            print_json(document, indent=None)
        elif for_a_person():
            pictures.print_finished(picture, path, number=len(self.paths), total=self.total)
        else:
            print_line(str(path))
            for note in picture.notes:
                say(f"{path.name}: {note}")

    def _copy(self, destination: Destination, picture: Picture, path: Path) -> Path:
        from studiolo.cli.failure import explain

        try:
            return destination.copy(
                path, prompt=picture.prompt, seed=picture.seed or 0, picture_id=picture.id
            )
        except OSError as error:
            told = explain(error)
            hint = f"The picture is kept in the gallery all the same: studiolo gallery show {picture.id}"
            raise type(told)(told.message, hint=hint) from error

    def finish(self, graphics: Graphics) -> None:
        """Show what was made, on one sheet if it is several, and open it if that was asked for."""
        from studiolo.cli.console import for_a_person, say
        from studiolo.cli.pictures import show_files

        sheet = show_files(self.paths, graphics)
        if self.destination is not None and self.destination.is_folder and len(self.paths) > 1:
            from studiolo.cli.pictures import sheet_of

            where = self.destination.write_sheet(sheet or sheet_of(self.paths))
            if for_a_person(as_json=self.result.as_json):
                say(f"All on one sheet: {where}", style="dim")
        if self.result.open:
            from studiolo.cli.viewer import open_files

            open_files(self.paths)


def paint(studio: Studio, order: Order | Edits, result: Result) -> None:
    """Paint every request of the order, keeping, copying and printing each picture at once.

    Raises:
        StudioloError: as :meth:`Studio.generate_each`; a :class:`Cancelled` says how many are kept.
    """
    from studiolo.cli.interrupt import cancel_on_interrupt
    from studiolo.cli.painting import PaintingLine
    from studiolo.errors import Cancelled

    requests, engine = order.requests(studio)
    total = sum(request.get("count", 1) for request in requests)
    with ExitStack() as stack:
        cancel = stack.enter_context(cancel_on_interrupt())
        line: PaintingLine | None = None

        def progress(step: Any) -> None:
            if line is not None:
                line.report(step)

        # Every request is checked before the first is painted.
        paintings = [
            studio.generate_each(
                engine=engine, progress=progress, cancel=cancel, translate=order.translate, **request
            )
            for request in requests
        ]
        easel = Easel(studio=studio, result=result, destination=result.destination(total), total=total)
        graphics = result.graphics()
        line = stack.enter_context(PaintingLine(total, cancel))
        try:
            for picture in _one_by_one(paintings):
                line.picture_done()
                with line.paused():
                    easel.take(picture)
        except Cancelled as cancelled:
            kept = f"{len(easel.paths)} of {count_of(total)} kept"
            raise Cancelled(f"Cancelled: {kept}.", hint=cancelled.hint) from cancelled
    easel.finish(graphics)


def _one_by_one(paintings: list[Iterator[Picture]]) -> Iterator[Picture]:
    for painting in paintings:
        yield from painting


def write_drafts(studio: Studio, order: Order, result: Result) -> None:
    """The drafts alone, written to files: a draft is a plan, no picture for the gallery."""
    from studiolo.cli.console import print_json, print_line, say
    from studiolo.cli.pictures import show_files
    from studiolo.errors import InvalidRequestError

    if order.engine not in {None, "pocket"}:
        raise InvalidRequestError(
            "Only the engine 'pocket' plans a draft.", hint="Leave --engine away, or --draft."
        )
    requests, _ = order.requests(studio)
    destination = result.destination(len(requests), otherwise=Path())
    graphics = result.graphics()
    paths: list[Path] = []
    for request in requests:
        prompt = request["prompt"]
        made = studio.draft(**request)
        buffer = io.BytesIO()
        made.image.save(buffer, "PNG")
        assert destination is not None  # noqa: S101 - `otherwise` is given
        path = destination.write(buffer.getvalue(), prompt=f"{prompt} draft", seed=made.seed)
        paths.append(path)
        if result.as_json:
            print_json({"path": str(path), "prompt": prompt, "notes": list(made.notes)}, indent=None)
        else:
            print_line(str(path))
            for note in made.notes:
                say(f"{path.name}: {note}")
    show_files(paths, graphics)
    if result.open:
        from studiolo.cli.viewer import open_files

        open_files(paths)
