"""What can be said to ``generate`` about a picture, and how ``--help`` puts it."""

from __future__ import annotations

from typing import Annotated, Final

import typer

_PAINT: Final = "What to paint"
_COLOURS: Final = "In which colours"
_HOW: Final = "How to paint it"
_START: Final = "Starting from a picture"
_FOLLOW: Final = "Following pictures"

Prompts = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="PROMPT",
        help="What to paint. Several prompts are painted one after the other, by a service at once; "
        "`-` reads one a line from stdin.",
        show_default=False,
    ),
]
Count = Annotated[
    int,
    typer.Option(
        "--count", "-n", metavar="NUMBER", help="How many pictures of each prompt.", rich_help_panel=_PAINT
    ),
]
Size = Annotated[
    str | None,
    typer.Option(metavar="WxH", help="Width x height in pixels, such as 512x512.", rich_help_panel=_PAINT),
]
RoundSize = Annotated[
    bool,
    typer.Option(
        "--round-size", help="Take the nearest size that the engine paints.", rich_help_panel=_PAINT
    ),
]
Seed = Annotated[
    int | None,
    typer.Option(
        metavar="NUMBER",
        help="The same seed gives the same picture; drawn by lot if not given.",
        rich_help_panel=_PAINT,
    ),
]
Negative = Annotated[
    str | None,
    typer.Option(metavar="TEXT", help="What to keep out of the picture.", rich_help_panel=_PAINT),
]
Translate = Annotated[
    bool,
    typer.Option(
        "--translate/--no-translate",
        help="Put a prompt in another language into English first, for an engine that reads only that.",
        rich_help_panel=_PAINT,
    ),
]
Draft = Annotated[
    bool,
    typer.Option(
        "--draft",
        help="Only the pocket engine's draft, the planned scene; not kept in the gallery.",
        rich_help_panel=_PAINT,
    ),
]

Palette = Annotated[
    str | None,
    typer.Option(
        metavar="COLOURS",
        help='Up to ten colours to paint in: "#264653,#2a9d8f". Those that the prompt names come first.',
        rich_help_panel=_COLOURS,
    ),
]
PaletteFrom = Annotated[
    str | None,
    typer.Option(
        metavar="FILE|ID", help="Paint in the five main colours of this picture.", rich_help_panel=_COLOURS
    ),
]

Engine = Annotated[
    str | None,
    typer.Option(
        "--engine",
        "-e",
        metavar="NAME[:MODEL]",
        help="Who paints; see `studiolo engines`.",
        rich_help_panel=_HOW,
    ),
]
MaxCost = Annotated[
    float | None,
    typer.Option(
        metavar="DOLLARS",
        help="Paint nothing that may take the cost of all pictures above this; `inf`: whatever it costs.",
        rich_help_panel=_HOW,
    ),
]
Steps = Annotated[
    int | None, typer.Option(metavar="NUMBER", help="More steps: finer, slower.", rich_help_panel=_HOW)
]
Guidance = Annotated[
    float | None,
    typer.Option(metavar="NUMBER", help="How closely to follow the prompt.", rich_help_panel=_HOW),
]
Scheduler = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Sampling method, one of the engine's own.", rich_help_panel=_HOW),
]
Refiner = Annotated[
    str | None,
    typer.Option(
        metavar="none|ensemble|image",
        help="A second stage: takes the painting over, or refines it when it is finished.",
        rich_help_panel=_HOW,
    ),
]
Handover = Annotated[
    float | None,
    typer.Option(
        metavar="0..1", help="After this share of the schedule the ensemble takes over.", rich_help_panel=_HOW
    ),
]
RefinerStrength = Annotated[
    float | None,
    typer.Option(
        metavar="0..1", help="How far the refiner `image` leaves the picture.", rich_help_panel=_HOW
    ),
]
Loras = Annotated[
    list[str] | None,
    typer.Option(
        "--lora",
        metavar="NAME|FILE[=WEIGHT]",
        help="A LoRA that changes the model, and how much of it; repeat it for more.",
        rich_help_panel=_HOW,
    ),
]
Options = Annotated[
    list[str] | None,
    typer.Option(
        "--option",
        metavar="KEY=VALUE",
        help="A setting that only this engine has; repeat it for more.",
        rich_help_panel=_HOW,
    ),
]

Init = Annotated[
    str | None,
    typer.Option(
        metavar="FILE|ID", help="Start from this picture.", rich_help_panel=_START, show_default=False
    ),
]
Strength = Annotated[
    float | None,
    typer.Option(
        metavar="0..1",
        help="How far to leave what the painting starts from: 0 keeps it, 1 ignores it.",
        rich_help_panel=_START,
    ),
]
Mask = Annotated[
    str | None,
    typer.Option(
        metavar="FILE|ID",
        help="White where the picture is painted anew, black where it stays.",
        rich_help_panel=_START,
    ),
]
MaskPrompt = Annotated[
    str | None,
    typer.Option(
        metavar="TEXT", help='What of the picture is painted anew: "the dog".', rich_help_panel=_START
    ),
]
Outpaint = Annotated[
    str | None,
    typer.Option(
        metavar="L,T,R,B",
        help="Grow the picture by so many pixels on each side; one number is for all four.",
        rich_help_panel=_START,
    ),
]
Seam = Annotated[
    str | None,
    typer.Option(
        metavar="default|precise",
        help="At the edge of what is painted anew: blend, or keep every pixel outside.",
        rich_help_panel=_START,
    ),
]
Again = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="FILE|ID",
        help="Repeat what a picture was made with; other options and a prompt change it.",
        rich_help_panel=_START,
    ),
]

Control = Annotated[
    str | None,
    typer.Option(metavar="FILE|ID", help="Follow the layout of this picture.", rich_help_panel=_FOLLOW),
]
ControlKind = Annotated[
    str | None,
    typer.Option(
        metavar="canny|segmentation", help="What of it: its edges, or its regions.", rich_help_panel=_FOLLOW
    ),
]
ControlStrength = Annotated[
    float | None,
    typer.Option(metavar="0..1", help="How closely: 0 not at all.", rich_help_panel=_FOLLOW),
]
ControlPrepared = Annotated[
    bool,
    typer.Option(
        "--control-prepared",
        help="The picture is the control map itself, as `studiolo control` makes it.",
        rich_help_panel=_FOLLOW,
    ),
]
References = Annotated[
    list[str] | None,
    typer.Option(
        "--reference",
        metavar="FILE|ID",
        help="Make a variation of this picture; repeat it for up to five.",
        rich_help_panel=_FOLLOW,
    ),
]
Similarity = Annotated[
    float | None,
    typer.Option(
        metavar="0.2..1", help="How near a variation stays to its references.", rich_help_panel=_FOLLOW
    ),
]
