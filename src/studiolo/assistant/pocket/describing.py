"""A description in two or three sentences, and tags, from the findings alone."""

from __future__ import annotations

from collections.abc import Iterable

from studiolo.assistant.pocket.answers import Reply, nothing_seen
from studiolo.assistant.pocket.composition import place
from studiolo.assistant.pocket.english import listed, sentence
from studiolo.assistant.pocket.palette import percent
from studiolo.assistant.pocket.seeing import SURE, Group, Scene, relation

MOST_TAGS = 12
NO_READER = "text was not looked for: it needs the extra 'ocr'"
_MEDIA = {
    "photograph": "a photograph", "drawing": "a drawing", "line art": "a line drawing",
    "text page": "a page of text", "gradient": "a gradient", "plain colour": "a plain picture",
    "noise": "noise",
}  # fmt: skip


def describe(scene: Scene) -> Reply:
    """What is there, on what ground and in what light, and what it says."""
    first = _things(scene)
    evidence = (*scene.evidence(scene.sightings), *(str(c) for c in scene.findings.colours[:4]))
    sentences = [first.text, _ground(scene)]
    notes: tuple[str, ...] = first.notes
    if scene.findings.readable:
        if lines := scene.findings.text:
            sentences.append(f"It says “{' / '.join(line.text for line in lines[:4])}”.")
    else:
        notes = (*notes, NO_READER)
    return Reply(text=" ".join(sentences), evidence=evidence or first.evidence, notes=notes)


def tags(scene: Scene) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """3 to 12 lower-case words, and notes: the things first, the surest of them ahead, then the measured."""
    findings = scene.findings
    found: list[str] = [group.spoken for group in scene.groups]
    found += [f"{g.colour} {g.spoken}" for g in scene.groups if g.colour and g.colour not in g.spoken.split()]
    found += _measured_tags(scene)
    notes: tuple[str, ...] = ()
    if not findings.readable:
        notes = (NO_READER,)
    elif findings.text:
        found.insert(min(len(scene.groups), 4), "text")
    return tuple(_distinct(found)[:MOST_TAGS]), notes


def _measured_tags(scene: Scene) -> Iterable[str]:
    """Always at least three: kind of picture, a colour, light."""
    findings = scene.findings
    light, medium = findings.light, findings.medium
    yield medium.name if medium.confidence >= 0.6 else "picture"
    bases: dict[str, float] = {}
    for colour in findings.colours:
        bases[colour.base] = bases.get(colour.base, 0.0) + colour.share
    ordered = sorted(bases.items(), key=lambda item: -item[1])
    yield from (base for base, share in ordered[:3] if share >= 0.12)
    if not ordered:
        yield "transparent"
    yield "medium brightness" if light.brightness == "balanced" else light.brightness
    yield findings.orientation
    if light.saturation != "moderate":
        yield light.saturation
    if light.temperature != "neutral":
        yield f"{light.temperature} colours"
    if findings.composition.spacious:
        yield "minimal"


def _things(scene: Scene) -> Reply:
    """The first sentence: a drawing of two red apples left of a blue car."""
    groups = scene.groups[:5]
    if not groups:
        return nothing_seen(scene)
    kind = _MEDIA[scene.findings.medium.name] if scene.findings.medium.confidence >= 0.6 else "a picture"
    if scene.findings.medium.name in {"gradient", "plain colour", "noise"}:
        kind = "a picture"
    unsure = "" if min(g.confidence for g in groups) >= SURE else ", I think"
    return Reply(text=sentence(f"{kind} of {_arranged(groups)}{unsure}"))


def _arranged(groups: tuple[Group, ...]) -> str:
    if len(groups) == 1:
        group = groups[0]
        if len(group.sightings) == 1:
            return f"{group.words} {place(group.sightings[0].box)}"
        return group.words
    if len(groups) == 2 and (side := relation(groups[0].centre, groups[1].centre)):
        return f"{groups[0].words} {side} {groups[1].words}"
    return listed([group.words for group in groups])


def _ground(scene: Scene) -> str:
    """The second sentence: background and light."""
    findings = scene.findings
    light = findings.light
    words = "evenly lit" if light.brightness == "balanced" else light.brightness
    tone = {
        "colourless": "without colour",
        "muted": "muted in colour",
        "moderate": "",
        "vivid": "vivid in colour",
    }
    toned = f" and {tone[light.saturation]}" if tone[light.saturation] else ""
    shown = [c for c in findings.background if c.share >= 0.15][:2]
    ground = listed([f"{c.name} ({percent(c.share)})" for c in shown]) if len(shown) > 1 else ""
    ground = ground or (shown[0].name if shown else "transparent")
    return sentence(f"the background is {ground}; the whole is {words}{toned}")


def _distinct(found: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(tag.lower() for tag in found))
