"""Clips of speech as the bytes of a file: at once, or piece by piece while the engine still speaks.

soundfile (libsndfile with LAME, BSD and LGPL) writes both formats from one wheel of 1.3 MB for every
platform; lameenc writes MP3 alone, and PyAV is thirty times as large.
"""

from __future__ import annotations

import difflib
import io
import struct
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from studiolo.errors import EngineError, InvalidRequestError, require_text
from studiolo.speech import Clip

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from soundfile import SoundFile  # pyright: ignore[reportMissingTypeStubs]

Format = Literal["wav", "mp3"]
FORMATS: Final[tuple[Format, ...]] = get_args(Format)
MEDIA_TYPES: Final[dict[Format, str]] = {"wav": "audio/wav", "mp3": "audio/mpeg"}

PAUSE_S: Final = 0.3
"""Silence between two sentences, about what a calm reader leaves."""

_MP3_RATES_HZ: Final = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)
_STREAM_KBPS: Final = 64
_UNKNOWN_LENGTH: Final = 0xFFFFFFFF


def check_format(name: str) -> Format:
    """The format of that name, in any case, with or without a dot.

    Raises:
        InvalidRequestError: there is none; the hint has the closest.
    """
    wanted = require_text(name, "format").strip().lower().removeprefix(".")
    if wanted in FORMATS:
        return wanted
    close = difflib.get_close_matches(wanted, FORMATS, n=1, cutoff=0.5)
    meant = f"Did you mean '{close[0]}'? " if close else ""
    raise InvalidRequestError(
        f"Speech cannot be written as '{name}'.", hint=f"{meant}Formats: {', '.join(FORMATS)}."
    )


def encode(clips: Iterable[Clip], format: str = "wav", *, pause_s: float = PAUSE_S) -> bytes:  # noqa: A002
    """The clips as one file, with ``pause_s`` of silence between those that begin new words.

    Raises:
        InvalidRequestError: no such format, or the format has no such rate.
        EngineError: there is no clip, or the clips differ in rate.
    """
    kind = check_format(format)
    file = io.BytesIO()
    writer: SoundFile | None = None
    for samples, rate_hz in _joined(clips, pause_s):
        writer = writer or _open(file, kind, rate_hz)
        writer.write(samples)
    if writer is None:
        raise EngineError("Nothing was said.", hint="Ask again, or choose another speech engine.")
    writer.close()
    return file.getvalue()


def stream(clips: Iterable[Clip], format: str = "wav", *, pause_s: float = PAUSE_S) -> Iterator[bytes]:  # noqa: A002
    """The same file piece by piece, as the clips come.

    Its length is not known yet: a WAV's header says so, as players of streams expect it. An MP3 has a
    constant bit rate: without it, players guess the length wrongly, and some stop there.

    Raises:
        InvalidRequestError, EngineError: as :func:`encode`; the format at once, the rest on the way.
    """
    kind = check_format(format)
    joined = _joined(clips, pause_s)
    return _stream_wav(joined) if kind == "wav" else _stream_mp3(joined)


def wav_header(rate_hz: int, data_bytes: int | None = None) -> bytes:
    """The 44 bytes before 16-bit mono samples; without ``data_bytes`` the length is left open."""
    length = _UNKNOWN_LENGTH if data_bytes is None else data_bytes
    riff = _UNKNOWN_LENGTH if data_bytes is None else data_bytes + 36
    form = struct.pack("<HHIIHH", 1, 1, rate_hz, rate_hz * 2, 2, 16)
    return struct.pack("<4sI4s4sI", b"RIFF", riff, b"WAVE", b"fmt ", len(form)) + form + _data_header(length)


def _data_header(length: int) -> bytes:
    return struct.pack("<4sI", b"data", length)


def _joined(clips: Iterable[Clip], pause_s: float) -> Iterator[tuple[NDArray[np.int16], int]]:
    """Samples and rate, with silence before each clip that begins new words: one without goes on."""
    import numpy as np

    rate_hz = 0
    for clip in clips:
        if rate_hz and clip.rate_hz != rate_hz:
            raise EngineError(
                f"A clip has {clip.rate_hz:,} samples a second, those before it {rate_hz:,}.",
                hint="Write them to files of their own.",
            )
        if rate_hz and clip.text and pause_s > 0:
            yield np.zeros(round(rate_hz * pause_s), np.int16), rate_hz
        rate_hz = clip.rate_hz
        yield clip.samples, rate_hz


def _open(file: Any, kind: Format, rate_hz: int, *, constant: bool = False) -> SoundFile:
    """A writer of mono sound; an MP3 with ``constant`` bits a second has its length in its size."""
    from soundfile import SoundFile  # pyright: ignore[reportMissingTypeStubs]

    if kind == "wav":
        return SoundFile(file, "w", samplerate=rate_hz, channels=1, format="WAV", subtype="PCM_16")
    if rate_hz not in _MP3_RATES_HZ:
        raise InvalidRequestError(
            f"MP3 has no rate of {rate_hz:,} samples a second.", hint="Write it as wav."
        )
    bits: dict[str, Any] = (
        {"bitrate_mode": "CONSTANT", "compression_level": _level(rate_hz)} if constant else {}
    )
    return SoundFile(
        file, "w", samplerate=rate_hz, channels=1, format="MP3", subtype="MPEG_LAYER_III", **bits
    )


def _level(rate_hz: int) -> float:
    """The compression level for ``_STREAM_KBPS``: libsndfile spreads it over MPEG's own range."""
    low, high = (32, 320) if rate_hz >= 32_000 else (8, 160) if rate_hz >= 16_000 else (8, 64)
    return 1 - (_STREAM_KBPS - low) / (high - low)


def _stream_wav(joined: Iterator[tuple[NDArray[np.int16], int]]) -> Iterator[bytes]:
    begun = False
    for samples, rate_hz in joined:
        if not begun:
            yield wav_header(rate_hz)
            begun = True
        yield samples.astype("<i2").tobytes()


def _stream_mp3(joined: Iterator[tuple[NDArray[np.int16], int]]) -> Iterator[bytes]:
    sink = _Sink()
    writer: SoundFile | None = None
    for samples, rate_hz in joined:
        writer = writer or _open(sink, "mp3", rate_hz, constant=True)
        writer.write(samples)
        if piece := sink.take():
            yield piece
    if writer is not None:
        writer.close()
        if piece := sink.take():
            yield piece


class _Sink(io.RawIOBase):
    """A file that only grows: what is written over its beginning when it is closed comes too late."""

    def __init__(self) -> None:
        super().__init__()
        self._at: int = 0
        self._end: int = 0
        self._pieces: list[bytes] = []

    def write(self, data: Any, /) -> int:
        piece = bytes(data)
        if self._at == self._end:
            self._pieces.append(piece)
            self._end += len(piece)
        self._at += len(piece)
        return len(piece)

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        before: dict[int, int] = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._end}
        self._at = offset + before[whence]
        return self._at

    def tell(self) -> int:
        return self._at

    def seekable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def take(self) -> bytes:
        """What was written since the last time."""
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken
