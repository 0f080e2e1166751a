"""The pictures and questions of `benchmarks.observer`, each with what makes an answer right."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from studiolo.assistant.pocket.colour_names import base_of
from studiolo.assistant.pocket.composition import place
from studiolo.assistant.pocket.english import plural
from studiolo.assistant.pocket.nouns import Nouns
from studiolo.engines.pocket import PocketImageEngine
from studiolo.engines.pocket.composer import Draft, compose
from studiolo.engines.pocket.drawings import DrawingLibrary
from studiolo.engines.pocket.planner import plan
from studiolo.engines.pocket.scene import Scene
from studiolo.engines.resolving import resolve
from studiolo.requests import ImageRequest

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_SIDE = 512
_FONTS = Path("/usr/share/fonts/truetype")
DEJAVU = (_FONTS / "dejavu" / "DejaVuSans.ttf", _FONTS / "dejavu" / "DejaVuSerif-Bold.ttf")
CHINESE, KOREAN = _FONTS / "wqy" / "wqy-microhei.ttc", _FONTS / "nanum" / "NanumGothicCodingBold.ttf"
PHOTOGRAPHS = Path(__file__).parent.parent / "tests" / "assistant" / "pocket" / "photographs"

Right = Callable[[str], bool]


@dataclass(frozen=True, kw_only=True)
class Case:
    """A question about a picture. ``right`` judges the answer's text; ``about`` names both for `--wrong`."""

    kind: str
    image: Image.Image
    question: str
    right: Right
    about: str = ""
    abstains: bool | None = None


def read_set(part: str) -> dict[str, Any]:
    """``judged`` or ``development``, as the file beside this one has it."""
    return tomllib.loads((Path(__file__).parent / "observer_set.toml").read_text())[part]


@cache
def library() -> DrawingLibrary:
    """The drawings, which know other names of things."""
    return DrawingLibrary()


@dataclass(frozen=True, kw_only=True)
class Painting:
    """A picture of the pocket painter, what its planner read, and the draft it was painted from."""

    prompt: str
    image: Image.Image
    scene: Scene
    draft: Draft


def paintings(part: str) -> Iterator[Painting]:
    """Paint every prompt with its one seed: whatever comes out is judged."""
    chosen = read_set(part)
    engine = PocketImageEngine()
    for prompt in chosen["prompts"]:
        fields = {"prompt": prompt, "seed": chosen["seed"], "width": _SIDE, "height": _SIDE}
        request = resolve(engine.capabilities, ImageRequest.parse(fields))
        image = next(engine.generate(request)).image
        scene = plan(prompt, library())
        draft = compose(scene, library(), _SIDE, _SIDE, np.random.default_rng(chosen["seed"]))
        yield Painting(prompt=prompt, image=image, scene=scene, draft=draft)


def painted_cases(part: str, made: Iterator[Painting]) -> Iterator[Case]:
    """What the planner knows of each picture, asked in each wording in turn."""
    chosen = read_set(part)
    wording = {kind: cycle(forms) for kind, forms in chosen["wordings"].items()}
    distractors = cycle(chosen["distractors"])
    for painting in made:
        yield from _thing_cases(painting, wording)
        yield from _place_cases(painting, wording)
        other = next(distractors)
        yield _case("no such thing", painting, next(wording["present"]), _says_no, a=other)
        medium = next(wording["medium"])
        yield _case("photo or drawing", painting, medium, lambda text: "drawing" in text.lower())
        yield _case("no text", painting, next(wording["text"]), lambda text: "no text" in text)
        colour = painting.scene.background_colour
        if colour:
            yield _case("background", painting, next(wording["background"]), _names_colour(colour))
        if painting.scene.time_of_day == "night":
            yield _case("night", painting, next(wording["hour"]), lambda text: "like night" in text)


def _thing_cases(painting: Painting, wording: dict[str, Iterator[str]]) -> Iterator[Case]:
    for thing in painting.scene.things:
        name = thing.name
        yield _case("what is this", painting, next(wording["what"]), _names_thing(name))
        yield _case("is there a …", painting, next(wording["present"]), _says_yes, a=name)
        yield _case("how many …", painting, next(wording["count"]), _says_number(thing.count), a=name)
        if thing.colour:
            base = base_of(thing.colour) or thing.colour
            yield _case(
                "what colour is …", painting, next(wording["colour"]), _names_colour(thing.colour), a=name
            )
            yield _case(
                "is … of a colour", painting, next(wording["is_colour"]), _says_yes, a=name, colour=base
            )


def _place_cases(painting: Painting, wording: dict[str, Iterator[str]]) -> Iterator[Case]:
    boxes = {box.thing: [v / _SIDE for v in box.box] for box in painting.draft.boxes if box.copy == 0}
    for index, thing in enumerate(painting.scene.things):
        if thing.count == 1 and index in boxes:
            left, top, right, bottom = boxes[index]
            told = place((left, top, right, bottom))
            yield _case("where is …", painting, next(wording["where"]), _says_place(told), a=thing.name)
    for relation in painting.scene.relations:
        if relation.kind in {"left_of", "right_of"}:
            a, b = (painting.scene.things[i].name for i in (relation.a, relation.b))
            so = relation.kind == "left_of"
            question = next(wording["beside"])
            yield _case("left of, right of", painting, question, _says_yes if so else _says_no, a=a, b=b)
            yield _case("left of, right of", painting, question, _says_no if so else _says_yes, a=b, b=a)


def _case(kind: str, painting: Painting, wording: str, right: Right, **words: str) -> Case:
    plurals = {name: plural(word) for name, word in words.items()}
    many = wording.replace("{a}s", "{plurals[a]}")
    question = many.format(plurals=plurals, **words) if words else wording
    return Case(kind=kind, image=painting.image, question=question, right=right, about=painting.prompt)


# Basic colours as CSS names them, and the word for each.
_CSS = {
    "#ff0000": "red", "#ffa500": "orange", "#ffff00": "yellow", "#008000": "green", "#0000ff": "blue",
    "#800080": "purple", "#ff69b4": "pink", "#8b4513": "brown", "#000000": "black", "#ffffff": "white",
    "#808080": "grey", "#40e0d0": "turquoise", "#f5deb3": "beige", "#000080": "blue", "#87ceeb": "blue",
    "#006400": "green", "#b22222": "red", "#d3d3d3": "grey",
}  # fmt: skip


def synthetic_cases() -> Iterator[Case]:
    """Scenes whose colours, light, size and place are exact."""
    for value, base in _CSS.items():
        plain = Image.new("RGB", (320, 240), value)
        yield Case(
            kind="plain colours",
            image=plain,
            question="What colour is the image?",
            right=_names_colour(base),
            about=value,
        )
    values = list(_CSS.items())
    for (ground, base), (spot, other) in zip(values, values[7:] + values[:7], strict=True):
        if base == other:
            continue
        disc = _disc(ground, spot)
        about = f"{other} disc on {base}"
        yield Case(
            kind="background",
            image=disc,
            question="What is the background colour?",
            right=_names_colour(base),
            about=about,
        )
        yield Case(
            kind="main colours",
            image=disc,
            question="What are the main colours?",
            right=_both(base, other),
            about=about,
        )
    for level, word in (
        (8, "very dark"),
        (60, "dark"),
        (119, "neither"),
        (200, "bright"),
        (250, "very bright"),
    ):
        grey = Image.new("RGB", (300, 300), (level, level, level))
        yield Case(
            kind="how bright",
            image=grey,
            question="How bright is it?",
            right=_word(word),
            about=f"grey {level}",
        )
    yield from _size_cases()
    yield from _medium_cases()


def _size_cases() -> Iterator[Case]:
    for width, height, shape in (
        (640, 480, "landscape"),
        (480, 640, "portrait"),
        (512, 512, "square"),
        (1920, 1080, "16:9"),
    ):
        image = Image.new("RGB", (width, height), "#336699")
        about = f"{width}x{height}"
        yield Case(
            kind="size and shape",
            image=image,
            question="What is the resolution?",
            right=_word(f"{width} by {height}"),
            about=about,
        )
        yield Case(
            kind="size and shape",
            image=image,
            question="Is it landscape or portrait?",
            right=_word(shape),
            about=about,
        )


def _medium_cases() -> Iterator[Case]:
    ramp = np.broadcast_to(np.linspace(0, 255, 400)[None, :, None], (300, 400, 3)).astype(np.uint8)
    noise = np.random.default_rng(0).integers(0, 256, (300, 400, 3), np.uint8)
    for array, word in ((ramp, "gradient"), (noise, "noise")):
        yield Case(
            kind="photo or drawing",
            image=Image.fromarray(array),
            question="Is it a photo or a drawing?",
            right=_word(word),
            about=word,
        )
    sharp = _disc("#ffffff", "#0000ff")
    for image, word in ((sharp, "sharp"), (sharp.filter(ImageFilter.GaussianBlur(6)), "blurred")):
        yield Case(
            kind="sharp or blurred",
            image=image,
            question="Is it sharp?",
            right=_word(f"is {word}"),
            about=word,
        )


def photograph_cases() -> Iterator[Case]:
    """Photographs, of which the recogniser knows nothing: it must say so."""
    for file in sorted(PHOTOGRAPHS.glob("*.jpg")):
        image = Image.open(file).convert("RGB")
        yield Case(
            kind="photo or drawing",
            image=image,
            question="Is it a photo or a drawing?",
            right=_word("photograph"),
            about=file.stem,
        )
        yield Case(
            kind="photographs: unsure",
            image=image,
            question="What is this?",
            right=_word("not sure"),
            about=file.stem,
        )


def open_cases(part: str, image: Image.Image) -> Iterator[Case]:
    """Questions that no finding answers."""
    for question in read_set(part)["others"]["questions"]:
        yield Case(
            kind="cannot be judged",
            image=image,
            question=question,
            right=_word("can't judge"),
            about="any picture",
        )


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A picture with one line of text on it."""

    script: str
    text: str
    image: Image.Image
    about: str


def text_samples(part: str, made: list[Painting]) -> Iterator[Sample]:
    """Each line in a size, a colour, a turn; also on paintings. Scripts without a font are left out."""
    texts = read_set(part)["texts"]
    sizes, turns = cycle((16, 22, 32, 48, 72)), cycle((0, 0, 4, -8, 0, 90))
    inks = cycle(
        (("#111111", "#ffffff"), ("#ffffff", "#224466"), ("#b00020", "#f3e9d2"), ("#ffe14d", "#333333"))
    )
    for font in DEJAVU:
        for line in texts["lines"] if font.exists() else ():
            size, turn, (ink, paper) = next(sizes), next(turns), next(inks)
            image = _sheet(line, font, size, turn, ink, Image.new("RGB", (768, 768), paper))
            yield Sample(
                script="Latin and Greek",
                text=line,
                image=image,
                about=f"{size} px, {turn}°, {ink} on {paper}",
            )
    for number, painting in enumerate(made):
        line = texts["lines"][number % len(texts["lines"])]
        if DEJAVU[0].exists():
            large = painting.image.resize((768, 768))
            yield Sample(
                script="on the painter's pictures",
                text=line,
                image=_sheet(line, DEJAVU[0], 40, 0, "#111111", large, "#ffffff"),
                about=painting.prompt,
            )
    for script, font in (("chinese", CHINESE), ("japanese", CHINESE), ("korean", KOREAN)):
        for line in texts[script] if font.exists() else ():
            image = _sheet(line, font, 48, 0, "#111111", Image.new("RGB", (768, 768), "#ffffff"))
            yield Sample(script=script.capitalize(), text=line, image=image, about="48 px")


def _sheet(
    line: str, font: Path, size: int, turn: int, ink: str, ground: Image.Image, edge: str | None = None
) -> Image.Image:
    letters = ImageFont.truetype(font, size)
    left, top, right, bottom = letters.getbbox(line)
    strip = Image.new("RGBA", (int(right - left) + 24, int(bottom - top) + 24))
    ImageDraw.Draw(strip).text(
        (12 - left, 12 - top), line, ink, letters, stroke_width=3 if edge else 0, stroke_fill=edge
    )
    strip = strip.rotate(turn, expand=True, resample=Image.Resampling.BICUBIC)
    sheet = ground.copy()
    sheet.paste(strip, ((sheet.width - strip.width) // 2, (sheet.height - strip.height) // 2), strip)
    return sheet


def _disc(ground: str, spot: str) -> Image.Image:
    image = Image.new("RGB", (400, 400), ground)
    ImageDraw.Draw(image).ellipse((100, 100, 300, 300), fill=spot)
    return image


def _says_yes(text: str) -> bool:
    return text.startswith(("Yes", "I think so"))


def _says_no(text: str) -> bool:
    return text.startswith(("No", "I don't see"))


def _word(wanted: str) -> Right:
    return lambda text: wanted in text.lower()


def _both(first: str, second: str) -> Right:
    return lambda text: _names_colour(first)(text) and _names_colour(second)(text)


def _names_colour(colour: str) -> Right:
    """Whether the answer has the colour, or a name of which that is the base."""
    base = base_of(colour) or colour

    def right(text: str) -> bool:
        words = re.findall(r"[a-z]+", text.lower())
        named = {base_of(" ".join(words[i : i + n])) for n in (1, 2) for i in range(len(words))}
        return base in named

    return right


def _names_thing(name: str) -> Right:
    nouns = Nouns(library())
    known = nouns.known(name)
    spoken = {nouns.spoken(n) for n in known.names} | {name} if known else {name}
    words = spoken | {plural(n) for n in spoken}
    return lambda text: any(re.search(rf"\b{re.escape(n)}\b", text) for n in words)


def _says_number(count: int) -> Right:
    return lambda text: re.search(rf"\b{_NUMBERS[count]}\b", text.lower()) is not None


def _says_place(told: str) -> Right:
    words = set(re.findall(r"left|right|top|bottom|centre", told))
    return lambda text: bool(words & set(re.findall(r"left|right|top|bottom|centre", text)))
