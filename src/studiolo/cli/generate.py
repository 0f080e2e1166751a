"""``studiolo generate``: from words to pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from studiolo.cli.help import examples

_PAINT, _START, _RESULT = "What to paint", "Starting from a picture", "What to do with it"

EPILOG = examples(
    'studiolo generate "two red apples left of a blue car in the snow"',
    'studiolo generate "a cat with a hat" -n 4 --seed 7 -o cats/',
    'studiolo generate "a castle" --init sketch.png --strength 0.6',
    'studiolo generate "a castle by the sea" --palette "#264653,#2a9d8f,#e9c46a"',
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
    palette: Annotated[
        str | None,
        typer.Option(
            metavar="COLOURS",
            help='Up to ten colours to paint in: "#264653,#2a9d8f". Those that the prompt names come first.',
            rich_help_panel=_PAINT,
        ),
    ] = None,
    palette_from: Annotated[
        str | None,
        typer.Option(
            metavar="FILE|ID", help="Paint in the five main colours of this picture.", rich_help_panel=_PAINT
        ),
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
    translate: Annotated[
        bool,
        typer.Option(
            "--translate/--no-translate",
            help="Put a prompt in another language into English first, for an engine that reads only that.",
            rich_help_panel=_PAINT,
        ),
    ] = True,
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
    from studiolo.cli.easel import Result, paint, write_drafts
    from studiolo.cli.inputs import as_text, parse_options, parse_size, read_prompts, without_none
    from studiolo.cli.order import Order
    from studiolo.cli.palettes import read_palette
    from studiolo.studio import Studio

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
            "palette": read_palette(palette) if palette is not None else None,
            "scheduler": scheduler,
            "strength": strength,
            "options": parse_options(option) if option else None,
        }
    )
    order = Order(
        prompts=read_prompts(prompts or []),
        fields=fields,
        sources=without_none({"init_image": init, "mask": mask}),
        palette_from=palette_from,
        engine=engine,
        again=again,
        translate=translate,
    )
    result = Result(output=output, force=force, open=open_, preview=preview, as_json=as_json)
    with Studio.open() as studio:
        (write_drafts if draft else paint)(studio, order, result)
