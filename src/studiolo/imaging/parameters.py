"""The settings text that Stable Diffusion web UIs write into pictures, written and read.

The form is AUTOMATIC1111's (its ``create_infotext`` and ``parse_generation_parameters``): the
prompt, a line ``Negative prompt: …``, and a last line ``Steps: 20, Sampler: Euler a, …`` whose
values are quoted as JSON where they hold a comma, a colon or a line break.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Final

from studiolo.errors import InvalidRequestError
from studiolo.imaging.palette import parse_palette

_NEGATIVE: Final = "Negative prompt:"
_PAIR: Final = re.compile(r'\s*(\w[\w /-]*):\s*("(?:\\.|[^"\\])+"|[^,]*)(?:,|$)')
# Fewer pairs than this on the last line, and it belongs to the prompt (A1111's own rule).
_LEAST_PAIRS: Final = 3


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """How a picture was made, as far as is known; None where it isn't. Sizes in pixels."""

    prompt: str = ""
    negative_prompt: str = ""
    steps: int | None = None
    sampler: str | None = None
    guidance_scale: float | None = None
    seed: int | None = None
    width: int | None = None
    height: int | None = None
    model: str | None = None
    strength: float | None = None
    palette: tuple[str, ...] = ()
    software: str | None = None


def format_parameters(parameters: Parameters) -> str:
    """Write A1111's text: what its "PNG Info" tab and every reader of its files understand."""
    known = {
        "Steps": parameters.steps,
        "Sampler": parameters.sampler,
        "CFG scale": parameters.guidance_scale,
        "Seed": parameters.seed,
        "Size": f"{parameters.width}x{parameters.height}" if parameters.width and parameters.height else None,
        "Model": parameters.model,
        "Denoising strength": parameters.strength,
        "Palette": " ".join(parameters.palette) or None,
        "Version": parameters.software,
    }
    settings = ", ".join(f"{name}: {_quote(value)}" for name, value in known.items() if value is not None)
    negative = f"{_NEGATIVE} {parameters.negative_prompt}" if parameters.negative_prompt else ""
    return "\n".join(part for part in (parameters.prompt, negative, settings) if part)


def parse_parameters(text: str) -> Parameters | None:
    """Read A1111's text, also as its forks write it; None if it holds no settings."""
    *lines, last = text.strip().split("\n")
    found: dict[str, str] = {name: _unquote(value) for name, value in _PAIR.findall(last)}
    if len(found) < _LEAST_PAIRS:
        return None
    prompt: list[str] = []
    negative: list[str] = []
    target = prompt
    for line in lines:
        stripped = line.strip()
        if stripped.startswith(_NEGATIVE):
            target, stripped = negative, stripped.removeprefix(_NEGATIVE).strip()
        target.append(stripped)
    width, height = _size(found.get("Size", ""))
    return Parameters(
        prompt="\n".join(prompt),
        negative_prompt="\n".join(negative),
        steps=whole(found.get("Steps")),
        sampler=" ".join(part for part in (found.get("Sampler"), _schedule(found)) if part) or None,
        guidance_scale=number(found.get("CFG scale")),
        seed=whole(found.get("Seed")),
        width=width,
        height=height,
        model=found.get("Model"),
        strength=number(found.get("Denoising strength")),
        palette=_palette(found.get("Palette", "")),
        software=_software(found.get("Version")),
    )


def whole(value: object) -> int | None:
    """``value`` as a whole number, None if it is none. Seeds have 64 bits: never through a float."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lstrip("-").isdecimal():
        return int(value)
    as_number = number(value)
    return int(as_number) if as_number is not None and as_number.is_integer() else None


def number(value: object) -> float | None:
    """``value`` as a finite number, None if it is none."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        result = float(value)
    except (ValueError, OverflowError):
        return None
    return result if abs(result) < float("inf") else None


def _schedule(found: dict[str, str]) -> str | None:
    kind = found.get("Schedule type")
    return None if kind in {None, "Automatic"} else kind


def _software(version: str | None) -> str:
    if version is None or version.startswith(("v1.", "1.")):
        return f"AUTOMATIC1111 {version}" if version else "AUTOMATIC1111"
    return version


def _size(text: str) -> tuple[int | None, int | None]:
    match = re.fullmatch(r"(\d{1,6})x(\d{1,6})", text.strip())
    return (int(match[1]), int(match[2])) if match else (None, None)


def _palette(text: str) -> tuple[str, ...]:
    """Our own word there; in a text of another program it may mean anything, and then says nothing."""
    try:
        return parse_palette(text.split())
    except InvalidRequestError:
        return ()


def _quote(value: object) -> str:
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return json.dumps(text, ensure_ascii=False) if set(text) & set(",:\n") else text


def _unquote(text: str) -> str:
    if not (len(text) > 1 and text.startswith('"') and text.endswith('"')):
        return text.strip()
    try:
        value = json.loads(text)
    except json.JSONDecodeError:
        return text
    return value if isinstance(value, str) else text
