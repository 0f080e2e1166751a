"""What a request asked for beside prompt, size and sampling: pictures to go by, margins, a second stage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, cast

_NUMBERS: Final = {"handover", "refiner_strength", "control_strength", "similarity"}
_WORDS: Final = ("mask_prompt", "seam", "control", "control_strength", "similarity", "refiner")


def asked_beside(request: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """By name, as a person reads it; what was not asked for is left out.

    ``request`` is a kept one. It may come from an imported file and hold anything: what is not of the form
    that we write is left out, too.
    """
    if _size(margins := request.get("outpaint")) == 4:
        yield "outpaint", ",".join(str(margin) for margin in cast("list[object]", margins))
    if references := _size(request.get("references")):
        yield "references", f"{references} picture{'s' if references > 1 else ''}"
    for name in _WORDS:
        if (told := _told(name, request.get(name))) not in ("", "none"):
            yield name.replace("_", " "), told
    second = {"ensemble": "handover", "image": "refiner_strength"}.get(str(request.get("refiner")))
    if second is not None and (told := _told(second, request.get(second))):
        yield second.replace("_", " "), told
    yield from (("LoRA", lora) for lora in _loras(request.get("loras")))


def _told(name: str, value: object) -> str:
    if name in _NUMBERS:
        return f"{value:g}" if isinstance(value, int | float) else ""
    return value if isinstance(value, str) else ""


def _size(value: object) -> int:
    return len(cast("list[object]", value)) if isinstance(value, list | tuple) else 0


def _loras(given: object) -> Iterator[str]:
    """Each by name and weight."""
    for lora in cast("list[object]", given) if isinstance(given, list) else []:
        if isinstance(lora, dict):
            known = cast("dict[str, object]", lora)
            weight = known.get("weight")
            yield (
                f"{known.get('name')} ({weight:g})"
                if isinstance(weight, int | float)
                else str(known.get("name"))
            )
