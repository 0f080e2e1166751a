"""``studiolo upscale``: pictures enlarged."""

from __future__ import annotations

from typing import Annotated

import typer

from studiolo.cli import results, wishes
from studiolo.cli.help import examples

EPILOG = examples(
    "studiolo upscale latest",
    "studiolo upscale photo.jpg --scale 4 -o large.png",
    "studiolo gallery list --starred --paths | xargs studiolo upscale -o print/",
)


def upscale(
    pictures: Annotated[list[str], typer.Argument(metavar="FILE|ID", help="One picture, or several.")],
    scale: Annotated[int, typer.Option(metavar="2|4", help="How many times each side.")] = 2,
    engine: wishes.Engine = None,
    max_cost: wishes.MaxCost = None,
    output: results.Output = None,
    force: results.Force = False,
    open_: results.Open = False,
    preview: results.Preview = True,
    as_json: results.Json = False,
) -> None:
    """Enlarge pictures.

    The enlarged picture is kept in the gallery beside the original, under the same prompt.
    """
    from studiolo.cli.easel import Result, paint
    from studiolo.cli.order import Edits
    from studiolo.studio import Studio

    result = Result(output=output, force=force, open=open_, preview=preview, as_json=as_json)
    with Studio.open() as studio:
        paint(
            studio,
            Edits(pictures=pictures, wish={"upscale": scale}, engine=engine, max_cost=max_cost),
            result,
        )
