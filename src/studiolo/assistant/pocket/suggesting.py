"""What the prompt writer is given: a wish in English, and the look of a reference picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studiolo.assistant.pocket.composition import centred
from studiolo.assistant.pocket.writer import Look

if TYPE_CHECKING:
    from studiolo.assistant.base import SuggestionRequest
    from studiolo.assistant.pocket.gloss import Glossary
    from studiolo.assistant.pocket.seeing import Scene

_BRIGHTNESS = {
    "very dark": "dark",
    "dark": "dark",
    "balanced": "balanced",
    "bright": "bright",
    "very bright": "bright",
}
_MEDIUM = {"photograph": "photograph", "drawing": "flat illustration", "line art": "line drawing"}
_SURE = 0.8  # of a language, from which a wish is glossed


def read_wish(request: SuggestionRequest, glossary: Glossary) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """Style and keywords in English, and notes on what was glossed."""
    from studiolo.languages import detect, normalise

    notes: tuple[str, ...] = ()
    if request.language and normalise(request.language) != "en":
        notes = ("The pocket assistant writes English; a chat engine writes other languages.",)
    whole = ", ".join(text for text in (request.style, *request.keywords) if text)
    language = detect(whole) if whole else None
    known = language is not None and language.code != "en" and language.code in glossary.languages
    if language is None or not known or language.confidence < _SURE:
        return request.style, request.keywords, notes
    style = glossary.gloss(request.style, language.code).text if request.style else ""
    keywords = tuple(glossary.gloss(keyword, language.code).text for keyword in request.keywords)
    read = ", ".join(text for text in (style, *keywords) if text)
    return style, keywords, (*notes, f"Read from {language.name}, word by word: {read}")


def look_of(scene: Scene) -> Look:
    """The manner of a picture: what of it may be kept while its subject changes."""
    findings = scene.findings
    light, composition = findings.light, findings.composition
    medium = findings.medium
    arrangement = [
        words
        for words, so in (
            ("one centred subject", centred([s.box for s in scene.sightings])),
            ("generous empty space", composition.spacious),
            ("a symmetrical arrangement", composition.symmetrical and not composition.spacious),
            ("a frame filled with detail", composition.busy),
        )
        if so
    ]
    return Look(
        palette=tuple(colour.name for colour in findings.colours[:4] if colour.share >= 0.05),
        brightness=_BRIGHTNESS[light.brightness],
        contrast="low" if light.contrast == "flat" else light.contrast,
        saturation="muted" if light.saturation == "colourless" else light.saturation,
        temperature=light.temperature,
        orientation=findings.orientation,
        medium=_MEDIUM.get(medium.name, "abstract graphic"),
        composition=tuple(arrangement),
        subjects=tuple(group.spoken for group in scene.groups),
    )
