"""What engines that paint can do, side by side: one row for each ability, made from their declarations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, get_args

from studiolo.engines.capabilities import Capabilities, Range, Sizes, Task

YES: Final = "yes"
NO: Final = "no"

Tell = Callable[[Capabilities], str]
"""An ability in few words; empty for an engine that has not got it."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One ability; ``cells`` are in the order of the engines."""

    ability: str
    cells: tuple[str, ...]

    def document(self, engines: Iterable[str]) -> dict[str, Any]:
        """As JSON."""
        return {"ability": self.ability, "engines": dict(zip(engines, self.cells, strict=True))}


def compare(engines: Mapping[str, Capabilities]) -> list[Row]:
    """A row for each ability that there is, whether or not one of ``engines`` has it."""
    return [
        Row(ability=ability, cells=tuple(tell(able) or NO for able in engines.values()))
        for ability, tell in ABILITIES.items()
    ]


def markdown(engines: Sequence[str], rows: Iterable[Row]) -> str:
    """The table for a page of documentation."""
    lines = [["", *(f"`{engine}`" for engine in engines)], ["---"] * (len(engines) + 1)]
    lines += [[row.ability, *row.cells] for row in rows]
    return "\n".join(f"| {' | '.join(cells)} |".replace("|  |", "| |", 1) for cells in lines)


def _does(task: Task) -> Tell:
    return lambda able: YES if task in able.tasks else ""


def _yes(value: object) -> str:
    return YES if value else ""


def _paints(able: Capabilities) -> bool:
    """Whether it makes pictures anew, rather than only enlarging them or cutting them out."""
    return bool(able.tasks - {"upscaling", "background-removal"})


def _range(values: Range | None) -> str:
    return f"{values.minimum:g} to {values.maximum:g}" if values is not None else ""


def _sizes(sizes: Sizes) -> str:
    if sizes.choices:
        shown = [f"{width}x{height}" for width, height in sizes.choices[:3]]
        more = len(sizes.choices) - len(shown)
        return ", ".join(shown) + (f" and {more} more" if more else "")
    most = f", {sizes.max_pixels / 1e6:.1f} megapixels" if sizes.max_pixels is not None else ""
    return f"{sizes.minimum} to {sizes.maximum}{most}"


def _enlarges(able: Capabilities) -> str:
    if "upscaling" not in able.tasks:
        return ""
    return " or ".join(f"{factor} times" for factor in able.upscale) or YES


def _at_once(able: Capabilities) -> str:
    return f"{able.parallel} at once" if able.parallel > 1 else "one by one"


def _longest_prompt(able: Capabilities) -> str:
    if not _paints(able):
        return ""
    return f"{able.prompt_characters} characters" if able.prompt_characters is not None else "any"


def _seeds(able: Capabilities) -> str:
    if not _paints(able):
        return ""
    return "decide the picture" if able.seeded else "only number the pictures"


def _refiners(able: Capabilities) -> str:
    return ", ".join(refiner for refiner in able.refiners if refiner != "none")


def _schedulers(able: Capabilities) -> str:
    return f"{len(able.schedulers)} by name" if able.schedulers else ""


ABILITIES: Final[Mapping[str, Tell]] = {
    **{task: _does(task) for task in get_args(Task)},
    "upscaling": _enlarges,  # in the place that its task has
    "masks found by words": lambda able: "by itself" if able.finds_masks else "",
    "follow a layout": lambda able: ", ".join(able.controls),
    "references": lambda able: f"up to {able.references}" if able.references else "",
    "LoRAs": lambda able: f"up to {able.loras}" if able.loras else "",
    "palette": lambda able: f"up to {able.palette} colours" if able.palette else "",
    "refiner": _refiners,
    "negative prompt": lambda able: _yes(able.negative_prompt),
    "longest prompt": _longest_prompt,
    "sizes": lambda able: _sizes(able.sizes),
    "seeds": _seeds,
    "steps": lambda able: _range(able.steps),
    "guidance": lambda able: _range(able.guidance_scale),
    "strength": lambda able: _range(able.strength),
    "schedulers": _schedulers,
    "previews": lambda able: _yes(able.previews),
    "pictures painted": _at_once,
    "without a network": lambda able: _yes(able.offline),
}
"""Every ability by its name; the tasks first, in the order that pages show them."""
