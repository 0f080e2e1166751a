"""``studiolo generate``: from words to pictures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from studiolo.cli.help import examples

if TYPE_CHECKING:
    from studiolo.cli.destination import Destination
    from studiolo.cli.graphics import Graphics
    from studiolo.cli.painting import PaintingLine
    from studiolo.gallery import Picture
    from studiolo.studio import Studio

_PAINT, _START, _RESULT = "What to paint", "Starting from a picture", "What to do with it"

EPILOG = examples(
    'studiolo generate "two red apples left of a blue car in the snow"',
    'studiolo generate "a cat with a hat" -n 4 --seed 7 -o cats/',
    'studiolo generate "a castle" --init sketch.png --strength 0.6',
    "studiolo generate --from 7k3f --guidance 7",
    "studiolo generate - --json < prompts.txt",
)


def generate(
    prompts: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PROMPT",
            help="What to paint. Several prompts are painted one after the other; `-` reads one a line "
            "from stdin.",
            show_default=False,
        ),
    ] = None,
    count: Annotated[
        int,
        typer.Option(
            "--count",
            "-n",
            metavar="NUMBER",
            help="How many pictures of each prompt.",
            rich_help_panel=_PAINT,
        ),
    ] = 1,
    size: Annotated[
        str | None,
        typer.Option(
            metavar="WxH", help="Width x height in pixels, such as 512x512.", rich_help_panel=_PAINT
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            metavar="NUMBER",
            help="The same seed gives the same picture; drawn by lot if not given.",
            rich_help_panel=_PAINT,
        ),
    ] = None,
    steps: Annotated[
        int | None,
        typer.Option(metavar="NUMBER", help="More steps: finer, slower.", rich_help_panel=_PAINT),
    ] = None,
    guidance: Annotated[
        float | None,
        typer.Option(metavar="NUMBER", help="How closely to follow the prompt.", rich_help_panel=_PAINT),
    ] = None,
    negative: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="What to keep out of the picture.", rich_help_panel=_PAINT),
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Sampling method, one of the engine's own.", rich_help_panel=_PAINT
        ),
    ] = None,
    engine: Annotated[
        str | None,
        typer.Option(
            "--engine",
            "-e",
            metavar="NAME[:MODEL]",
            help="Who paints; see `studiolo engines`.",
            rich_help_panel=_PAINT,
        ),
    ] = None,
    option: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY=VALUE",
            help="A setting that only this engine has; repeat it for more.",
            rich_help_panel=_PAINT,
        ),
    ] = None,
    draft: Annotated[
        bool,
        typer.Option(
            "--draft",
            help="Only the pocket engine's draft, the planned scene; not kept in the gallery.",
            rich_help_panel=_PAINT,
        ),
    ] = False,
    init: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|ID", help="Start from this picture.", rich_help_panel=_START, show_default=False
        ),
    ] = None,
    mask: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|ID",
            help="White where the picture is painted anew, black where it stays.",
            rich_help_panel=_START,
        ),
    ] = None,
    strength: Annotated[
        float | None,
        typer.Option(
            metavar="0..1",
            help="How far to leave what the painting starts from: 0 keeps it, 1 ignores it.",
            rich_help_panel=_START,
        ),
    ] = None,
    again: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="FILE|ID",
            help="Repeat what a picture was made with; other options and a prompt change it.",
            rich_help_panel=_START,
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FOLDER|FILE",
            help="Also put the pictures here. They are in the gallery in any case.",
            rich_help_panel=_RESULT,
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace files that exist.", rich_help_panel=_RESULT)
    ] = False,
    open_: Annotated[
        bool, typer.Option("--open", help="Open the pictures in a viewer.", rich_help_panel=_RESULT)
    ] = False,
    preview: Annotated[
        bool,
        typer.Option(
            "--preview/--no-preview",
            help="Show the pictures in the terminal, where it can.",
            rich_help_panel=_RESULT,
        ),
    ] = True,
    as_json: Annotated[
        bool,
        typer.Option(
            "--json",
            help="One JSON document a line for each picture, as soon as it is finished.",
            rich_help_panel=_RESULT,
        ),
    ] = False,
) -> None:
    """Make pictures from words.

    Every picture is kept in the gallery, with all that is needed to make it again. In a terminal
    you see it; in a pipe you get the paths, one a line.
    """
    from studiolo.cli.inputs import as_text, parse_options, parse_size, read_prompts, without_none

    width, height = parse_size(size) if size is not None else (None, None)
    fields = without_none(
        {
            "count": count,
            "width": width,
            "height": height,
            "seed": seed,
            "steps": steps,
            "guidance_scale": guidance,
            "negative_prompt": as_text(negative) if negative is not None else None,
            "scheduler": scheduler,
            "strength": strength,
            "options": parse_options(option) if option else None,
        }
    )
    order = _Order(
        prompts=read_prompts(prompts or []),
        fields=fields,
        sources=without_none({"init_image": init, "mask": mask}),
        engine=engine,
        again=again,
    )
    result = _Result(output=output, force=force, open=open_, preview=preview, as_json=as_json)
    from studiolo.studio import Studio

    with Studio.open() as studio:
        (_draft if draft else _paint)(studio, order, result)


@dataclass(frozen=True, kw_only=True)
class _Order:
    """What was typed about the pictures."""

    prompts: list[str]
    fields: Mapping[str, Any]
    sources: Mapping[str, str]
    engine: str | None
    again: str | None

    def requests(self, studio: Studio) -> tuple[list[dict[str, Any]], str | None]:
        """The fields of one request for each prompt, and the engine."""
        from studiolo.cli.again import stored_request
        from studiolo.cli.inputs import find_picture_file
        from studiolo.errors import InvalidRequestError

        stored: dict[str, Any] = {}
        engine = self.engine
        if self.again is not None:
            stored, stored_engine = stored_request(studio, self.again, engine=engine)
            engine = engine or stored_engine
        pictures = {name: find_picture_file(studio.gallery, given) for name, given in self.sources.items()}
        fields = {**stored, **self.fields, **pictures}
        prompts = self.prompts or ([fields["prompt"]] if fields.get("prompt") else [])
        if engine is not None and not engine.strip():
            raise InvalidRequestError("The engine's name is empty.", hint="See: studiolo engines")
        if not prompts:
            raise InvalidRequestError(
                "There is no prompt.", hint='Say what to paint: studiolo generate "a red apple on a table"'
            )
        return [{**fields, "prompt": prompt} for prompt in prompts], engine


@dataclass(frozen=True, kw_only=True)
class _Result:
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
class _Easel:
    """Takes each finished picture: copies it, prints it, remembers it for the contact sheet."""

    studio: Studio
    result: _Result
    destination: Destination | None
    total: int
    paths: list[Path] = field(default_factory=list[Path])

    def take(self, picture: Picture) -> None:
        """Copy and print ``picture``."""
        from studiolo.cli import pictures
        from studiolo.cli.console import for_a_person, print_json, print_line

        path = self.studio.gallery.path(picture)
        if self.destination is not None:
            path = self._copy(self.destination, picture, path)
        self.paths.append(path)
        if self.result.as_json:
            print_json(pictures.as_document(picture, path), indent=None)
        elif for_a_person():
            pictures.print_finished(picture, path, number=len(self.paths), total=self.total)
        else:
            print_line(str(path))

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


def _paint(studio: Studio, order: _Order, result: _Result) -> None:
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
                request["prompt"],
                engine=engine,
                progress=progress,
                cancel=cancel,
                **{name: value for name, value in request.items() if name != "prompt"},
            )
            for request in requests
        ]
        easel = _Easel(studio=studio, result=result, destination=result.destination(total), total=total)
        graphics = result.graphics()
        line = stack.enter_context(PaintingLine(total, cancel))
        try:
            for picture in _one_by_one(paintings):
                line.picture_done()
                with line.paused():
                    easel.take(picture)
        except Cancelled as cancelled:
            kept = f"{len(easel.paths)} of {total} {'picture' if total == 1 else 'pictures'} kept"
            raise Cancelled(f"Cancelled: {kept}.", hint=cancelled.hint) from cancelled
    easel.finish(graphics)


def _one_by_one(paintings: list[Iterator[Picture]]) -> Iterator[Picture]:
    for painting in paintings:
        yield from painting


def _draft(studio: Studio, order: _Order, result: _Result) -> None:
    """The drafts alone, written to files: a draft is a plan, no picture for the gallery."""
    import io

    from studiolo.cli.console import for_a_person, print_json, print_line
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
        prompt = request.pop("prompt")
        made = studio.draft(prompt, **request)
        buffer = io.BytesIO()
        made.image.save(buffer, "PNG")
        assert destination is not None  # noqa: S101 - `otherwise` is given
        path = destination.write(buffer.getvalue(), prompt=f"{prompt} draft", seed=made.seed)
        paths.append(path)
        if result.as_json:
            print_json({"path": str(path), "prompt": prompt, "notes": list(made.notes)}, indent=None)
        else:
            print_line(str(path))
            if for_a_person():
                for note in made.notes:
                    print_line(f"  {note}")
    show_files(paths, graphics)
    if result.open:
        from studiolo.cli.viewer import open_files

        open_files(paths)


__all__ = ["generate"]
