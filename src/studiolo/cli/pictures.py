"""Pictures of the gallery as JSON, as a line, and as pictures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from PIL.Image import Image
    from rich.text import Text

    from studiolo.cli.graphics import Graphics
    from studiolo.gallery import Picture

_SHEET_COLUMNS_WIDE: Final = 72
_PICTURE_COLUMNS_WIDE: Final = 36
_MOST_ON_A_SHEET: Final = 36
_CELL_PX: Final = 256
_PROMPT_SHOWN: Final = 40  # characters


def as_document(picture: Picture, path: Path) -> dict[str, Any]:
    """A picture as JSON: what a program wants to know, the whole request included."""
    known = picture.model_dump(mode="json", exclude={"image_key", "thumbnail_key"})
    seconds = round(sum(picture.timings.values()), 3)
    return {"id": known.pop("id"), "path": str(path), **known, "seconds": seconds}


def id_text(picture_id: str) -> Text:
    """An id with its last part bright: that is enough to name the picture."""
    from rich.text import Text

    beginning, dash, end = picture_id.rpartition("-")
    return Text(beginning + dash, "cyan dim").append(end, "bold cyan not dim")


def print_finished(picture: Picture, path: Path, *, number: int, total: int, prompt: str = "") -> None:
    """What a person wants to know of a picture that has just been painted; ``prompt`` tells whose it is."""
    from rich.text import Text

    from studiolo.cli.console import is_unicode, stdout_console
    from studiolo.cli.failure import one_line
    from studiolo.studio.spending import dollars

    console = stdout_console()
    dot = " · " if is_unicode(console) else "  "
    which = f"{number} of {total}  " if total > 1 else ""
    seconds = sum(picture.timings.values())
    told = [f"seed {picture.seed}"] + ([f"{seconds:.1f} s"] if seconds else [])
    if picture.cost is not None:
        told.append(dollars(picture.cost))
    if prompt:
        told.append(
            one_line(prompt) if len(prompt) <= _PROMPT_SHOWN else f"{one_line(prompt[:_PROMPT_SHOWN])}..."
        )
    line = Text(which, "dim").append_text(id_text(picture.id)).append("  " + dot.join(told))
    console.print(line, soft_wrap=True)
    console.print(Text("  " + one_line(str(path)), "dim"), soft_wrap=True)
    for note in picture.notes:
        console.print(Text("  " + one_line(note), "yellow"))


def show_files(paths: Sequence[Path], graphics: Graphics) -> Image | None:
    """Draw one picture, or several on one sheet, which is returned."""
    from studiolo.cli.graphics import Graphics, show
    from studiolo.imaging.decode import load_image

    if graphics is Graphics.NONE or not paths:
        return None
    if len(paths) == 1:
        show(load_image(paths[0]), graphics, columns=_PICTURE_COLUMNS_WIDE)
        return None
    sheet = sheet_of(paths)
    show(sheet, graphics, columns=_SHEET_COLUMNS_WIDE)
    return sheet


def sheet_of(paths: Sequence[Path]) -> Image:
    """The first pictures of ``paths``, small, on one sheet."""
    from studiolo.imaging.decode import load_image
    from studiolo.imaging.thumbnails import contact_sheet

    images = [load_image(path) for path in paths[:_MOST_ON_A_SHEET]]
    return contact_sheet(images, cell_px=min(_CELL_PX, max(max(image.size) for image in images)))
