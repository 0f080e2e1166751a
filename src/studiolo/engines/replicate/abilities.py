"""What an engine for one model declares: read from the model's inputs, where they are known beforehand."""

from __future__ import annotations

from typing import Any, Final

from studiolo.engines.capabilities import Capabilities, Range, Sizes, Task
from studiolo.engines.replicate import naming
from studiolo.engines.replicate.catalogue import Known
from studiolo.engines.replicate.naming import first
from studiolo.engines.replicate.schema import Inputs
from studiolo.engines.replicate.sizing import SIZES
from studiolo.requests import MAX_REFERENCES, MAX_SIDE_PX, Refiner

MAX_COUNT: Final = 16
_LEAST_STRENGTH: Final = 0.01  # with none, models of diffusers have no step to take, and fail
_LEAST_HANDOVER: Final = 0.01
_HALF: Final = "0.25"  # of a megapixel: half of each side
_OURS: Final = (
    *naming.PROMPTS,
    *naming.NEGATIVE_PROMPTS,
    *naming.SEEDS,
    *naming.STEPS,
    *naming.GUIDANCE,
    *naming.STRENGTHS,
    *naming.SCHEDULERS,
    *naming.SIMILARITIES,
    *naming.COUNTS,
    *naming.REFINE,
    *naming.HANDOVERS,
    *naming.INIT_IMAGES,
    *naming.MASKS,
    *naming.REFERENCES,
    "width",
    "height",
    "aspect_ratio",
    "megapixels",
)


def open_ended() -> Capabilities:
    """Of a model whose schema has not been looked at: whatever it may take; the schema is asked first."""
    return Capabilities(
        description="Any image model that Replicate runs; what it takes is looked up before it paints.",
        tasks=frozenset({"text-to-image", "image-to-image", "inpainting", "outpainting", "variation"}),
        sizes=Sizes(minimum=64, maximum=MAX_SIDE_PX, multiple=1, default=(1024, 1024)),
        max_count=MAX_COUNT,
        seeded=False,
        negative_prompt=True,
        seams=("precise", "default"),
        references=MAX_REFERENCES,
        open_ended=True,
    )


def abilities(known: Known) -> Capabilities:
    """Of a model in the catalogue."""
    takes = known.takes
    tasks, references = _tasks(takes)
    schedulers = _schedulers(takes)
    refiners: tuple[Refiner, ...] = ("none", "ensemble", "image") if first(naming.REFINE, takes) else ()
    return Capabilities(
        description=known.description,
        tasks=tasks,
        sizes=_sizes(known),
        max_count=MAX_COUNT,
        # Flux's page says of go_fast that outputs are not deterministic with it, whatever the seed.
        seeded=not _default(takes, "go_fast"),
        steps=_range(takes, naming.STEPS),
        guidance_scale=_range(takes, naming.GUIDANCE),
        strength=_range(takes, naming.STRENGTHS, least=_LEAST_STRENGTH),
        negative_prompt=first(naming.NEGATIVE_PROMPTS, takes) is not None,
        schedulers=schedulers,
        scheduler_aliases={
            alias: name for name in schedulers for alias in naming.SCHEDULER_ALIASES.get(name, ())
        },
        refiners=refiners,
        handover=_range(takes, naming.HANDOVERS, least=_LEAST_HANDOVER, most=1 - _LEAST_HANDOVER),
        seams=("precise", "default") if "inpainting" in tasks else (),
        references=references,
        options=frozenset(name for name in takes if name not in _OURS),
        licence=known.licence,
    )


def _tasks(takes: Inputs) -> tuple[frozenset[Task], int]:
    """What can be asked for, and how many references it takes."""
    init, mask = first(naming.INIT_IMAGES, takes), first(naming.MASKS, takes)
    tasks: set[Task] = {"text-to-image"}
    if init is not None:
        tasks.add("image-to-image")
    if init is not None and mask is not None:
        tasks |= {"inpainting", "outpainting"}
    others = tuple(name for name in naming.REFERENCES if init is None or name != init.name)
    reference = first(others, takes)
    if reference is None:
        return frozenset(tasks), 0
    most = min(reference.most or MAX_REFERENCES, MAX_REFERENCES) if reference.several else 1
    return frozenset({*tasks, "variation"}), most


def _sizes(known: Known) -> Sizes:
    takes = known.takes
    if "width" in takes:
        width = takes["width"]
        low, high = known.side_px
        return Sizes(
            minimum=int(width.minimum or low),
            maximum=int(width.maximum or high),
            multiple=max(width.multiple, known.multiple),
            default=(1024, 1024),
        )
    sizes = [SIZES[shape] for shape in takes["aspect_ratio"].choices if shape in SIZES]
    if "megapixels" in takes and _HALF in takes["megapixels"].choices:
        sizes += [(width // 2, height // 2) for width, height in sizes]
    return Sizes.among(sizes)


def _schedulers(takes: Inputs) -> tuple[str, ...]:
    """The default first."""
    found = first(naming.SCHEDULERS, takes)
    if found is None:
        return ()
    return (found.default, *(name for name in found.choices if name != found.default))


def _range(
    takes: Inputs, names: tuple[str, ...], *, least: float = 0.0, most: float | None = None
) -> Range | None:
    found = first(names, takes)
    if found is None or found.minimum is None or found.maximum is None:
        return None
    high = found.maximum if most is None else min(found.maximum, most)
    return Range(minimum=max(found.minimum, least), maximum=high, default=found.default)


def _default(takes: Inputs, name: str) -> Any:
    return takes[name].default if name in takes else None
