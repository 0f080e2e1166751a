"""Answers from what is measured: colours, light, size, kind of picture, composition, text."""

from __future__ import annotations

from studiolo.assistant.pocket.answers import ABSTAINED, Reply
from studiolo.assistant.pocket.composition import centred
from studiolo.assistant.pocket.english import counted, listed, sentence
from studiolo.assistant.pocket.findings import Findings
from studiolo.assistant.pocket.palette import ColourShare, percent
from studiolo.assistant.pocket.seeing import Scene

_NIGHT = frozenset(
    {"crescent moon", "full moon", "new moon", "first quarter moon", "last quarter moon", "star", "stars"}
    | {"night with stars", "moon", "glowing star", "shooting star", "milky way"}
)
_SUN = frozenset({"sun", "sun with face", "sun behind cloud", "sun behind small cloud", "sunrise"})
_SHOWN = 4  # colours
_MEDIUM = {
    "photograph": "a photograph",
    "drawing": "a drawing: large even areas with clear edges",
    "line art": "line art: dark lines on a light ground",
    "text page": "a page of text",
    "gradient": "a gradient without edges",
    "plain colour": "one plain colour",
    "noise": "noise: every pixel differs from the next",
}


def colours(scene: Scene) -> Reply:
    """The main colours with their shares."""
    found = scene.findings.colours
    if not found:
        return Reply(text="There is nothing but transparency.")
    shown = found[:_SHOWN]
    text = f"mostly {listed([f'{c.name} ({percent(c.share)})' for c in shown])}"
    return Reply(text=sentence(text), evidence=_hexes(found))


def background(scene: Scene) -> Reply:
    """What colour is along the edges."""
    found = scene.findings.background
    if not found:
        share = percent(scene.findings.transparent)
        return Reply(text="The background is transparent.", evidence=(f"transparent: {share}",))
    shown = [c for c in found if c.share >= 0.12][:3] or list(found[:1])
    text = f"the background is {listed([c.name for c in shown])}"
    return Reply(text=sentence(text), evidence=tuple(f"at the edges: {c}" for c in found[:_SHOWN]))


def brightness(scene: Scene) -> Reply:
    """How bright or dark."""
    light = scene.findings.light
    words = "neither dark nor bright" if light.brightness == "balanced" else light.brightness
    clipped = [
        f"{percent(share)} of it is pure {name}"
        for share, name in ((light.clipped_black, "black"), (light.clipped_white, "white"))
        if share > 0.05
    ]
    text = f"it is {words}: its mean lightness is {light.lightness:.0f} of 100"
    return Reply(
        text=sentence("; ".join([text, *clipped])),
        evidence=(
            f"mean lightness {light.lightness:.0f} of 100",
            f"shadows {percent(light.shadows)}, highlights {percent(light.highlights)}",
        ),
    )


def hour(scene: Scene) -> Reply:
    """Day or night, where the findings say so."""
    light, sightings = scene.findings.light, scene.sightings
    evidence = [f"mean lightness {light.lightness:.0f} of 100"]
    signs = [s for s in sightings if s.name in _NIGHT | _SUN]
    evidence += scene.evidence(signs)
    dark = light.brightness in {"very dark", "dark"}
    if scene.findings.medium.name in {"plain colour", "gradient", "noise", "text page", "line art"}:
        return Reply(
            text="I can't tell: nothing in the picture says so.", evidence=tuple(evidence), notes=(ABSTAINED,)
        )
    if any(s.name in _NIGHT for s in signs) and light.lightness < 60:
        text = "it looks like night: I see the moon or stars, and it is rather dark"
    elif dark:
        text = "it looks like night: the picture is dark. I go by its light alone"
    elif any(s.name in _SUN for s in signs):
        text = "it looks like day: I see the sun"
    elif light.brightness in {"bright", "very bright"}:
        text = "it looks like day: the picture is bright. I go by its light alone"
    else:
        return Reply(
            text="I can't tell: it is neither dark nor bright.", evidence=tuple(evidence), notes=(ABSTAINED,)
        )
    return Reply(text=sentence(text), evidence=tuple(evidence))


def contrast(scene: Scene) -> Reply:
    """How far light and dark are apart."""
    light = scene.findings.light
    words = "there is none to speak of" if light.contrast == "flat" else f"the contrast is {light.contrast}"
    text = f"{words}: light and dark are {light.spread:.0f} of 100 steps apart"
    return Reply(text=sentence(text), evidence=(f"lightness spread {light.spread:.0f} of 100",))


def saturation(scene: Scene) -> Reply:
    """How strong the colours are."""
    light = scene.findings.light
    evidence = (f"mean chroma {light.chroma:.3f} (0.1 and more is vivid)",)
    if light.saturation == "colourless":
        return Reply(text="It has hardly any colour: black, white and greys.", evidence=evidence)
    return Reply(text=sentence(f"no greys alone: its colours are {light.saturation}"), evidence=evidence)


def temperature(scene: Scene) -> Reply:
    """Warm or cool."""
    light = scene.findings.light
    words = "neither warm nor cool" if light.temperature == "neutral" else light.temperature
    return Reply(text=sentence(f"its colours are {words}"), evidence=(f"warmth {light.warmth:+.3f}",))


def sharpness(scene: Scene) -> Reply:
    """Sharp or blurred."""
    word, steepness = scene.findings.sharpness
    text = "there are no edges to judge by" if word == "featureless" else f"it is {word}"
    return Reply(text=sentence(text), evidence=(f"steepest edges climb {percent(steepness)} in a pixel",))


def size(scene: Scene) -> Reply:
    """Width, height, megapixels."""
    findings = scene.findings
    width, height = findings.size
    megapixels = width * height / 1e6
    amount = f"{megapixels:.1f} megapixels" if megapixels >= 0.1 else f"{width * height:,} pixels"
    text = f"{width} by {height} pixels ({amount}), {_shape(findings)}"
    return Reply(text=sentence(text), evidence=(f"{width}x{height}",))


def orientation(scene: Scene) -> Reply:
    """Landscape, portrait or square."""
    width, height = scene.findings.size
    return Reply(text=sentence(f"it is {_shape(scene.findings)}"), evidence=(f"{width}x{height}",))


def medium(scene: Scene) -> Reply:
    """A photograph or a drawing, or something plainer."""
    found = scene.findings.medium
    think = "it is" if found.confidence >= 0.9 else "it is probably"
    return Reply(
        text=sentence(f"{think} {_MEDIUM[found.name]}"),
        evidence=(
            f"{found.name} ({percent(found.confidence)})",
            f"grain {found.texture:.2f}, {percent(found.flat)} of it perfectly even",
        ),
    )


def composition(scene: Scene) -> Reply:
    """Empty space, symmetry, where the weight lies."""
    found, boxes = scene.findings.composition, [s.box for s in scene.sightings]
    parts = ["left and right mirror each other" if found.symmetrical else "it is not symmetrical"]
    parts.append(f"{percent(found.empty)} of it is empty")
    if centred(boxes):
        parts.append("its one subject is centred")
    elif abs(found.balance[0]) > 0.2:
        parts.append(f"most is going on in the {'right' if found.balance[0] > 0 else 'left'} half")
    return Reply(
        text=sentence("; ".join(parts)),
        evidence=(f"symmetry {found.symmetry:.2f} of 1", f"empty {percent(found.empty)}"),
    )


def text(scene: Scene) -> Reply:
    """The text, line by line.

    Raises:
        MissingExtraError: the extra ``ocr`` is not installed.
    """
    from studiolo.assistant.pocket.reader import SCRIPTS

    lines = scene.findings.text
    if not lines:
        return Reply(
            text=f"I find no text I can read. (I read {SCRIPTS} letters.)", evidence=("lines of text: 0",)
        )
    quoted = " / ".join(line.text for line in lines)
    return Reply(
        text=f"It says: “{quoted}”",
        evidence=tuple(f"“{line.text}”: {percent(line.confidence)} sure" for line in lines[:8])
        + ((f"{counted(len(lines) - 8, 'more line')}",) if len(lines) > 8 else ()),
    )


def _shape(findings: Findings) -> str:
    shape = findings.orientation
    return "square" if shape == "square" else f"{shape}, {findings.aspect}"


def _hexes(found: tuple[ColourShare, ...]) -> tuple[str, ...]:
    return tuple(f"{c} ({c.hex})" for c in found)
