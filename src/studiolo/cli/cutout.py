"""``studiolo cutout``: pictures without their backgrounds."""

from __future__ import annotations

from typing import Annotated

import typer

from studiolo.cli import results, wishes
from studiolo.cli.help import examples

EPILOG = examples(
    "studiolo cutout latest -o cat.png",
    "studiolo cutout photo.jpg --engine cutout",
)


def cutout(
    pictures: Annotated[list[str], typer.Argument(metavar="FILE|ID", help="One picture, or several.")],
    engine: wishes.Engine = None,
    max_cost: wishes.MaxCost = None,
    output: results.Output = None,
    force: results.Force = False,
    open_: results.Open = False,
    preview: results.Preview = True,
    as_json: results.Json = False,
) -> None:
    """Cut pictures out of their backgrounds, which become transparent.

    The result is kept in the gallery beside the original, as a PNG with transparency.
    """
    from studiolo.cli.easel import Result, paint
    from studiolo.cli.order import Edits
    from studiolo.studio import Studio

    result = Result(output=output, force=force, open=open_, preview=preview, as_json=as_json)
    with Studio.open() as studio:
        paint(
            studio,
            Edits(pictures=pictures, wish={"remove_background": True}, engine=engine, max_cost=max_cost),
            result,
        )
