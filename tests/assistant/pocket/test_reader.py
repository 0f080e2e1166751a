"""Reading text: in order, quietly, offline, from many threads; and what is said where it cannot."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import pytest
import rapidocr
from PIL import Image

from studiolo.assistant.pocket.reader import TextReader
from tests.assistant.pocket.drawn import Drawn, lettered, picture, say, seen

WHITE = Image.new("RGB", (700, 400), "white")


@cache
def reader() -> TextReader:
    return TextReader()


def read(image: Image.Image) -> list[str]:
    return [line.text for line in reader().read(image)]


@pytest.mark.parametrize("size", [16, 24, 48, 90])
def test_letters_of_many_sizes(size: int) -> None:
    assert read(lettered(WHITE, "Open 24 hours", size=size)) == ["Open 24 hours"]


def test_lines_come_from_the_top_and_the_left() -> None:
    image = lettered(lettered(lettered(WHITE, "third", (40, 300)), "second", (420, 60)), "first", (40, 60))
    assert read(image) == ["first", "second", "third"]


def test_where_a_line_stands_and_how_sure_it_is() -> None:
    (line,) = reader().read(lettered(WHITE, "STUDIOLO", (420, 300)))
    assert line.confidence > 0.9
    assert line.box[0] == pytest.approx(0.6, abs=0.03)
    assert line.box[1] == pytest.approx(0.76, abs=0.06)


def test_light_letters_upside_down_and_on_end() -> None:
    text = lettered(WHITE, "Handle with care", size=60)
    assert read(text.rotate(180)) == ["Handle with care"]
    assert read(text.rotate(90, expand=True)) == ["Handle with care"]


def test_transparent_ground_is_white() -> None:
    image = lettered(Image.new("RGBA", (500, 200), (0, 0, 0, 0)), "see through")
    assert read(image) == ["see through"]


@pytest.mark.parametrize(
    "image",
    [
        WHITE,
        Image.effect_noise((300, 300), 100).convert("RGB"),
        Image.linear_gradient("L").convert("RGB"),
        Image.new("RGB", (1, 1)),
        Image.new("RGB", (4, 900)),
        picture(Drawn("dog", None, (0.1, 0.1, 0.5, 0.9)), Drawn("red apple", None, (0.6, 0.4, 0.9, 0.9))),
    ],
    ids=["white", "noise", "gradient", "tiny", "thin", "drawings"],
)
def test_no_text(image: Image.Image) -> None:
    assert read(image) == []
    assert say(seen(), image, "What does it say?").startswith("I find no text I can read.")


def test_a_large_picture_is_read_from_a_copy() -> None:
    assert read(lettered(Image.new("RGB", (6000, 4000), "white"), "GRAND", (300, 300), 900)) == ["GRAND"]


def test_threads_take_turns() -> None:
    images = [lettered(WHITE, word) for word in ("one apple", "two pears", "three plums", "four figs")]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(read, images)) == [["one apple"], ["two pears"], ["three plums"], ["four figs"]]


def test_the_answer_quotes_it() -> None:
    text = say(seen(), lettered(WHITE, "No smoking"), "What does it say?")
    assert text == "It says: “No smoking”"


QUIET = """
import socket, sys
from PIL import Image, ImageDraw, ImageFont
def refuse(*a, **k):
    raise SystemExit("a connection was attempted")
socket.socket.connect = refuse
from studiolo.assistant.pocket.reader import TextReader
image = Image.new("RGB", (600, 200), "white")
ImageDraw.Draw(image).text((30, 30), "quiet please", fill="black", font=ImageFont.load_default(size=50))
print([line.text for line in TextReader().read(image)])
"""


def test_it_neither_connects_nor_logs_nor_writes_beside_its_models() -> None:
    folder = Path(rapidocr.__file__).parent

    def kept() -> dict[Path, int]:
        files = (f for f in folder.rglob("*") if f.is_file() and f.suffix != ".pyc")
        return {file: file.stat().st_mtime_ns for file in files}

    before = kept()
    done = subprocess.run([sys.executable, "-c", QUIET], capture_output=True, text=True, check=True)
    assert done.stdout == "['quiet please']\n"
    assert done.stderr == ""
    assert kept() == before


WITHOUT = """
import sys
from importlib.machinery import PathFinder
class Lacking(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name == "rapidocr" else super().find_spec(name, path, target)
sys.meta_path[sys.meta_path.index(PathFinder)] = Lacking
from PIL import Image
from studiolo.assistant.pocket.assistant import PocketAssistant
from studiolo.errors import MissingExtraError
from studiolo.requests import SourceImage
class Nothing:
    def look(self, image): return ()
    def presence(self, image, name): return 0.0
assistant, image = PocketAssistant(eye=Nothing()), SourceImage(Image.new("RGB", (90, 60), "navy"))
try:
    "".join(assistant.ask(image, "What does it say?"))
except MissingExtraError as error:
    print(error)
print(assistant.tag(image))
stream = assistant.describe(image)
try:
    while True: next(stream)
except StopIteration as end:
    print(end.value.notes)
print("".join(assistant.ask(image, "How bright is it?")))
"""


def test_without_the_extra_it_says_so_and_the_rest_works() -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT], capture_output=True, text=True, check=True)
    error, tags, notes, bright = done.stdout.splitlines()
    assert error == (
        "Reading text in pictures needs the extra 'ocr', which is not installed. "
        "Run: pip install 'studiolo[ocr]'"
    )
    assert "text was not looked for: it needs the extra 'ocr'" in tags
    assert "text was not looked for: it needs the extra 'ocr'" in notes
    assert bright.startswith("It is very dark")


def test_nothing_is_loaded_before_it_is_needed() -> None:
    code = (
        "import sys; from studiolo.assistant.pocket.assistant import PocketAssistant; PocketAssistant(); "
        "print([m for m in ('rapidocr', 'cv2', 'onnxruntime', 'numpy', 'PIL') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
