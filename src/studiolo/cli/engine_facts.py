"""What engines say of themselves, in words: of who paints, who talks, who speaks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from studiolo.engines.kinds import Kind

if TYPE_CHECKING:
    from studiolo.chat import ChatCapabilities
    from studiolo.engines.capabilities import Capabilities, Range, Sizes
    from studiolo.speech import SpeechCapabilities
    from studiolo.studio.engines import EngineFacts

HEADINGS: Final = {
    Kind.IMAGE: "Paint",
    Kind.CHAT: "Suggest, look and answer",
    Kind.SPEECH: "Speak",
}
_TASKS: Final = (
    "text-to-image",
    "image-to-image",
    "inpainting",
    "outpainting",
    "variation",
    "upscaling",
    "background-removal",
)


def row(engine: EngineFacts) -> list[object]:
    """A line for a pipe: kind, name, state, abilities, and what it is or why it is not ready."""
    state = "ready" if engine.availability.ready else "not ready"
    told = engine.availability.reason or description(engine)
    return [engine.kind, engine.name, state, ",".join(abilities(engine)), told]


def description(engine: EngineFacts) -> str:
    """What it is, in a sentence."""
    return engine.capabilities.description if engine.capabilities is not None else ""


def abilities(engine: EngineFacts) -> list[str]:
    """What it does, in words that a program can look for."""
    from studiolo.chat import ChatCapabilities
    from studiolo.speech import SpeechCapabilities

    can = engine.capabilities
    if can is None:
        return []
    if isinstance(can, ChatCapabilities):
        sees = {True: ["sees pictures"], None: ["sees if its model does"], False: []}[can.vision]
        return ["talks", *sees]
    if isinstance(can, SpeechCapabilities):
        return [f"{len(can.languages)} languages"] if can.languages else ["its voice's languages"]
    return _tasks(can.tasks)


def details(engine: EngineFacts) -> list[tuple[str, str]]:
    """All that it says of itself, by name."""
    from studiolo.chat import ChatCapabilities
    from studiolo.speech import SpeechCapabilities

    can = engine.capabilities
    if can is None:
        return []
    if isinstance(can, ChatCapabilities):
        found = _chat_facts(can)
    elif isinstance(can, SpeechCapabilities):
        found = _speech_facts(can)
    else:
        found = [*_image_facts(can), ("price", _price(engine))]
    shared = [("works offline", _yes(can.offline)), ("licence", can.licence), ("key", _key(engine))]
    return [(label, value) for label, value in [*found, *shared] if value]


def knobs(engine: EngineFacts) -> str:
    """The ranges an image engine's settings have; of others nothing."""
    from studiolo.engines.capabilities import Capabilities

    can = engine.capabilities
    if not isinstance(can, Capabilities):
        return ""
    listed = len(can.sizes.choices)
    told = [f"{listed} sizes" if listed > 1 else f"{can.sizes.minimum} to {can.sizes.maximum} px"]
    ranges = (("steps", can.steps), ("guidance", can.guidance_scale), ("strength", can.strength))
    told += [f"{label} {each.minimum:g} to {each.maximum:g}" for label, each in ranges if each]
    return ", ".join(told)


def _key(engine: EngineFacts) -> str:
    if not engine.key_option:
        return ""
    name = engine.name.partition(":")[0]
    return "set" if engine.has_key else f"studiolo config set engines.{name}.{engine.key_option}"


def _image_facts(can: Capabilities) -> list[tuple[str, str]]:
    draft = f"{can.draft_strength:g}, when it starts from its own draft" if can.draft_strength else ""
    return [
        ("tasks", ", ".join(_tasks(can.tasks))),
        ("size", _sizes(can.sizes)),
        ("count", f"up to {can.max_count} at once"),
        ("seed", f"0 to {can.max_seed}" + ("" if can.seeded else ", which only numbers the pictures")),
        ("prompt", f"up to {can.prompt_characters} characters" if can.prompt_characters else ""),
        ("steps", _range(can.steps)),
        ("guidance", _range(can.guidance_scale)),
        ("strength", _range(can.strength)),
        ("", draft),
        ("negative prompt", _yes(can.negative_prompt)),
        ("palette", f"up to {can.palette} colours" if can.palette else "no"),
        ("scheduler", ", ".join(can.schedulers)),
        *_extras(can),
        ("options", ", ".join(sorted(can.options))),
        ("models", ", ".join(can.models)),
        ("languages", ", ".join(can.languages) or "any"),
        ("previews", _yes(can.previews)),
    ]


def _extras(can: Capabilities) -> list[tuple[str, str]]:
    """What only some engines have; empty for those that have not."""
    refiners = ", ".join(refiner for refiner in can.refiners if refiner != "none")
    return [
        ("refiner", refiners),
        ("handover", _range(can.handover) if can.handover else ""),
        ("refiner strength", _range(can.refiner_strength) if can.refiner_strength else ""),
        ("seam", ", ".join(can.seams)),
        ("control", ", ".join(can.controls)),
        ("control strength", _range(can.control_strength) if can.control_strength else ""),
        ("references", f"up to {can.references} pictures" if can.references else ""),
        ("similarity", _range(can.similarity) if can.similarity else ""),
        ("LoRAs", f"up to {can.loras}" if can.loras else ""),
        ("enlarges", ", ".join(f"{factor} times" for factor in can.upscale)),
    ]


def _chat_facts(can: ChatCapabilities) -> list[tuple[str, str]]:
    sees = {True: f"up to {can.max_images} at once", None: "if its model does", False: "no"}[can.vision]
    return [
        ("looks at pictures", sees),
        ("structured answers", _yes(can.structured)),
        ("top k", _yes(can.top_k)),
        ("seed", _yes(can.seed)),
    ]


def _speech_facts(can: SpeechCapabilities) -> list[tuple[str, str]]:
    return [
        ("languages", ", ".join(can.languages) or "its voice's own"),
        ("speed", "0.25 to 4" if can.speed else "not adjustable"),
        ("longest sentence", f"{can.max_characters} characters"),
    ]


def _tasks(tasks: Iterable[str]) -> list[str]:
    known = set(tasks)
    return [task for task in _TASKS if task in known] + sorted(known.difference(_TASKS))


def _range(values: Range | None) -> str:
    if values is None:
        return "not adjustable"
    return f"{values.minimum:g} to {values.maximum:g}, default {values.default:g}"


def _price(engine: EngineFacts) -> str:
    """What a picture costs, of an engine that charges or may charge."""
    from studiolo.studio.spending import dollars

    price = engine.price
    if price is None or price.usd == 0:
        return ""
    if price.usd is None:
        return price.basis
    return f"{'' if price.firm else 'about '}{dollars(price.usd)} a picture: {price.basis}"


def _sizes(sizes: Sizes) -> str:
    width, height = sizes.default
    if sizes.choices:
        listed = ", ".join(f"{across}x{down}" for across, down in sizes.choices)
        return f"{listed}; default {width}x{height}"
    most = f", at most {sizes.max_pixels / 1e6:.1f} megapixels" if sizes.max_pixels else ""
    step = f" in steps of {sizes.multiple}" if sizes.multiple > 1 else ""
    return f"{sizes.minimum} to {sizes.maximum} px a side{step}{most}, default {width}x{height}"


def _yes(value: bool) -> str:
    return "yes" if value else "no"
