"""Painting an order, and what becomes of each picture as soon as it is finished."""

from __future__ import annotations

import io
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studiolo.cli.console import count_of

if TYPE_CHECKING:
    from studiolo.cli.destination import Destination
    from studiolo.cli.graphics import Graphics
    from studiolo.cli.order import Edits, Order
    from studiolo.errors import StudioloError
    from studiolo.gallery import Picture
    from studiolo.studio import Studio
    from studiolo.studio.several import Painted
    from studiolo.studio.spending import Quote


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
    """Takes each finished picture: copies it, prints it, remembers it for the contact sheet.

    ``quotes`` say what each request was to cost.
    """

    studio: Studio
    result: Result
    destination: Destination | None
    quotes: Sequence[Quote]
    paths: dict[int, Path] = field(default_factory=dict[int, Path])
    paid: float = 0.0

    @property
    def total(self) -> int:
        """How many pictures are asked for."""
        return sum(quote.count for quote in self.quotes)

    def place(self, painted: Painted) -> int:
        """The place of a picture among all, from 0."""
        return sum(quote.count for quote in self.quotes[: painted.request]) + painted.index

    def take(self, painted: Painted) -> None:
        """Copy and print a picture."""
        from studiolo.cli import pictures
        from studiolo.cli.console import for_a_person, print_json, print_line, say
        from studiolo.cli.palettes import palette_document

        picture, place = painted.picture, self.place(painted)
        path = self.studio.gallery.path(picture)
        if self.destination is not None:
            path = self._copy(self.destination, picture, path, number=place + 1)
        self.paths[place] = path
        self.paid += picture.cost or 0.0
        if self.result.as_json:
            document = pictures.as_document(picture, path) | palette_document(picture.palette, path)
            quote = self.quotes[painted.request]
            estimate = None if quote.usd is None else round(quote.usd / quote.count, 6)
            print_json({**document, "estimate": estimate}, indent=None)
        elif for_a_person():
            prompt = picture.prompt if len(self.quotes) > 1 else ""
            pictures.print_finished(picture, path, number=len(self.paths), total=self.total, prompt=prompt)
        else:
            print_line(str(path))
            for note in picture.notes:
                say(f"{path.name}: {note}")

    def _copy(self, destination: Destination, picture: Picture, path: Path, *, number: int) -> Path:
        from studiolo.cli.failure import explain

        try:
            return destination.copy(
                path, prompt=picture.prompt, seed=picture.seed or 0, picture_id=picture.id, number=number
            )
        except OSError as error:
            told = explain(error)
            hint = f"The picture is kept in the gallery all the same: studiolo gallery show {picture.id}"
            raise type(told)(told.message, hint=hint) from error

    def finish(self, graphics: Graphics) -> None:
        """Show what was made, on one sheet if it is several, and open it if that was asked for."""
        from studiolo.cli.console import for_a_person, say
        from studiolo.cli.pictures import show_files

        paths = [self.paths[place] for place in sorted(self.paths)]
        sheet = show_files(paths, graphics)
        if self.destination is not None and self.destination.is_folder and len(paths) > 1:
            from studiolo.cli.pictures import sheet_of

            where = self.destination.write_sheet(sheet or sheet_of(paths))
            if for_a_person(as_json=self.result.as_json):
                say(f"All on one sheet: {where}", style="dim")
        if self.result.open and paths:
            from studiolo.cli.viewer import open_files

            open_files(paths)


def paint(studio: Studio, order: Order | Edits, result: Result) -> None:
    """Paint every request of the order, keeping, copying and printing each picture at once.

    Raises:
        StudioloError: as :meth:`Studio.generate_many`; a :class:`Cancelled` says how many are kept. Of
            several errors it is the first; the others are written.
    """
    from studiolo.cli.bill import say_estimate, say_paid
    from studiolo.cli.failure import report

    fields, engine = order.requests(studio)
    typed = [each.pop("original_prompt", "") for each in fields]
    requests = [studio.request(**each) for each in fields]
    quotes = [studio.estimate(request, engine=engine) for request in requests]
    destination = result.destination(sum(quote.count for quote in quotes))
    easel = Easel(studio=studio, result=result, destination=destination, quotes=quotes)
    graphics = result.graphics()

    def begin(**callbacks: Any) -> Generator[Painted]:
        painting = studio.generate_many(
            requests,
            engine=engine,
            translate=order.translate,
            original_prompts=typed,
            max_cost=order.max_cost,
            **callbacks,
        )
        if not result.as_json:
            say_estimate(quotes)  # not of what is refused: that error says the price itself
        return painting

    try:
        errors = _fill(easel, begin)
    finally:
        if not result.as_json:
            say_paid(easel.paid)
    easel.finish(graphics)
    for error in errors[1:]:
        report(error, as_json=result.as_json)
    if errors:
        raise errors[0]


def _same(error: StudioloError, other: StudioloError) -> bool:
    """Whether both say, of no prompt alone, the same: of a wrong key all speak that were under way."""
    from studiolo.studio.crew import concerns_all

    return concerns_all(error) and (error.message, error.hint) == (other.message, other.hint)


def _fill(easel: Easel, begin: Callable[..., Generator[Painted]]) -> list[StudioloError]:
    """Have the pictures painted that ``begin`` gives, and taken; gives what failed on the way."""
    from studiolo.cli.interrupt import cancel_on_interrupt
    from studiolo.cli.painting import PaintingLine
    from studiolo.errors import Cancelled, StudioloError

    errors: list[StudioloError] = []
    with cancel_on_interrupt() as cancel:
        line = PaintingLine([quote.count for quote in easel.quotes], cancel)

        def failed(number: int, error: StudioloError) -> None:
            if not any(_same(error, other) for other in errors):
                errors.append(error)
            line.request_failed(number)

        painting = begin(progress=line.report, cancel=cancel, failed=failed)
        with line, closing(painting):  # a copy that cannot be written calls off what is still painted
            try:
                for painted in painting:
                    line.picture_done(easel.place(painted))
                    with line.paused():
                        easel.take(painted)
            except Cancelled as cancelled:
                kept = f"{len(easel.paths)} of {count_of(easel.total)} kept"
                raise Cancelled(f"Cancelled: {kept}.", hint=cancelled.hint) from cancelled
            except StudioloError as error:
                if error not in errors:  # not what a painting failed of: a copy could not be written
                    raise
    return errors


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
