"""How fast, how soon, how clearly the offline engines speak: `python -m benchmarks.speech [VOICE.onnx]`.

With the file of a Piper voice that one is measured too. How clearly is judged by CMU pocketsphinx, which
must tell which one of some words it heard; where sentences end, by texts cut by hand.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from importlib.metadata import version

from tests.audio.listening import DIGITS, THINGS, Listener
from tests.audio.sentence_set import SENTENCES, text_of

from benchmarks.machine import report
from studiolo.audio import decode, encode, split, stream
from studiolo.engines.base import EngineConfig, SpeechEngine
from studiolo.engines.espeak import EspeakSpeechEngine
from studiolo.engines.piper import PiperSpeechEngine
from studiolo.speech import Clip, SpeechRequest

TURNS = 15
TEXT = (
    "The picture shows a small harbour in the evening. Three boats lie at the pier; the one in the middle is "
    "red. Behind them there is a row of narrow houses with lights in their windows. The sky is dark blue, "
    "e.g. like ink, and the water mirrors the lamps. Would you like to know more about the boats?"
)
COLD = (
    "import time; started = time.perf_counter()\n"
    "from studiolo.engines.espeak import EspeakSpeechEngine\n"
    "from studiolo.speech import SpeechRequest\n"
    "next(iter(EspeakSpeechEngine().speak(SpeechRequest(text='The picture shows a small harbour.'))))\n"
    "print(time.perf_counter() - started, time.process_time())"
)
PEAK = (
    "import sys, resource\n"
    "from studiolo.engines.espeak import EspeakSpeechEngine\n"
    "from studiolo.speech import SpeechRequest\n"
    "from studiolo.audio import encode\n"
    "def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024\n"
    "import numpy; before = peak()\n"
    "encode(EspeakSpeechEngine().speak(SpeechRequest(text=sys.argv[1] * 10)), 'mp3')\n"
    "print(before, peak())"
)


def seconds(work: Callable[[], object]) -> float:
    """The median of some turns; the first, which loads what is needed, is not counted."""
    work()
    times: list[float] = []
    for _ in range(TURNS):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def said_by(engine: SpeechEngine, text: str = TEXT, **fields: str) -> list[Clip]:
    return list(engine.speak(SpeechRequest.parse({"text": text, **fields})))


def length_s(clips: Iterable[Clip]) -> float:
    return sum(clip.seconds for clip in clips)


def python(code: str, *arguments: str) -> list[float]:
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], check=True, capture_output=True, text=True
    )
    return [float(word) for word in done.stdout.split()]


def show_engines(engines: dict[str, SpeechEngine]) -> None:
    rows: list[list[str]] = []
    for name, engine in engines.items():
        spoken_s = length_s(said_by(engine))
        whole_s = seconds(lambda engine=engine: said_by(engine))
        first_s = seconds(lambda engine=engine: next(iter(engine.speak(SpeechRequest(text=TEXT)))))
        rows.append(
            [
                name,
                f"{spoken_s:.1f} s",
                f"{whole_s * 1000:.0f} ms",
                f"{spoken_s / whole_s:.0f}",
                f"{first_s * 1000:.1f} ms",
            ]
        )
    report(
        f"Speech, {len(TEXT)} characters (median of {TURNS})",
        ["engine", "speech", "made in", "times real time", "first sentence"],
        rows,
    )


def show_beginnings() -> None:
    walls, loads = zip(*(python(COLD) for _ in range(7)), strict=True)
    wall_s, busy_s = statistics.median(walls), statistics.median(loads)
    before_mb, peak_mb = python(PEAK, TEXT)
    report(
        "Speech from a cold start",
        ["espeak, in a new process", ""],
        [
            ["import, load, first sentence (median of 7)", f"{wall_s * 1000:.0f} ms"],
            ["of it the processor, with Python's own start", f"{busy_s * 1000:.0f} ms"],
            ["peak memory, two minutes of speech as MP3", f"{peak_mb:.0f} MB"],
            ["of it Python with studiolo and numpy", f"{before_mb:.0f} MB"],
        ],
    )


def show_files() -> None:
    clips = said_by(EspeakSpeechEngine())
    spoken_s = length_s(clips)
    rows: list[list[str]] = []
    for name, work in {
        "wav": lambda: encode(clips, "wav"),
        "mp3": lambda: encode(clips, "mp3"),
        "wav, streamed": lambda: b"".join(stream(clips, "wav")),
        "mp3, streamed": lambda: b"".join(stream(clips, "mp3")),
    }.items():
        data, made_s = work(), seconds(work)
        read_s = seconds(lambda data=data: decode(data))
        rows.append(
            [
                name,
                f"{len(data) / spoken_s / 1000:.1f} kB",
                f"{spoken_s / made_s:.0f}",
                f"{spoken_s / read_s:.0f}",
            ]
        )
    report(
        f"Sound files (soundfile {version('soundfile')})",
        ["format", "a second", "written, times real time", "read, times real time"],
        rows,
    )


def show_listening() -> None:
    rows: list[list[str]] = []
    for name, words in {"digits": DIGITS, "things": THINGS}.items():
        listener = Listener(words, rate_hz=22_050)
        for voice in ("en-US", "en-US+f3", "en-GB"):
            heard = [listener.hear(said_by(EspeakSpeechEngine(), word, voice=voice)) for word in words]
            right = sum(one == other for one, other in zip(words, heard, strict=True))
            rows.append([name, voice, f"{right} of {len(words)}", f"{1 / len(words):.0%}"])
    report(
        f"espeak, heard by pocketsphinx {version('pocketsphinx')}",
        ["words", "voice", "understood", "by chance"],
        rows,
    )


def show_sentences() -> None:
    import sentencex

    def cut_alone(language: str, text: str) -> list[str]:
        return [part.strip() for part in sentencex.segment(language, text) if part.strip()]

    ways: dict[str, Callable[[str, str], list[str]]] = {
        "`audio.split`": lambda language, text: split(text, language=language, max_characters=1000),
        "`audio.split`, language not given": lambda _, text: split(text, max_characters=1000),
        f"sentencex {version('sentencex')} alone": cut_alone,
    }
    rows: list[list[str]] = []
    for name, cut in ways.items():
        right = sum(cut(language, text_of(language, parts)) == list(parts) for language, parts in SENTENCES)
        rows.append([name, f"{right} of {len(SENTENCES)}"])
    languages = len({language for language, _ in SENTENCES})
    report(f"Texts cut into sentences as by hand, in {languages} languages", ["cut by", "texts"], rows)


def main() -> None:
    engines: dict[str, SpeechEngine] = {"espeak": EspeakSpeechEngine()}
    for file in sys.argv[1:]:
        engines[f"piper, {file}"] = PiperSpeechEngine(EngineConfig(model=file))
    show_engines(engines)
    show_beginnings()
    show_files()
    show_listening()
    show_sentences()
    print(
        f"Peak memory of this benchmark: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"
    )


if __name__ == "__main__":
    main()
