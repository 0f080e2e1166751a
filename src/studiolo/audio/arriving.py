"""Sound on its way, handed on as it comes: a streamed WAV, bare samples, or else a whole file."""

from __future__ import annotations

import struct
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Final

from studiolo.audio.decoding import decode, from_pcm
from studiolo.errors import EngineError
from studiolo.speech import Clip

_PIECE_S: Final = 0.1
"""Shorter pieces wait for more."""

_PCM: Final = 1
_EXTENSIBLE: Final = 0xFFFE


@dataclass(frozen=True, kw_only=True)
class _Sound:
    """16-bit mono samples from ``start`` on; ``length`` bytes of them, None if the header leaves it open."""

    rate_hz: int
    start: int = 0
    length: int | None = None


def decode_stream(
    pieces: Iterable[bytes], *, text: str = "", pcm_rate_hz: int | None = None
) -> Iterator[Clip]:
    """The sound in ``pieces`` as clips, the first with ``text``, those that go on without.

    ``pcm_rate_hz`` says that they are bare samples. A WAV of 16-bit mono is read as it comes, whatever
    length its header claims; everything else is read when it is whole.

    Raises:
        EngineError: it is no sound, or nothing came.
    """
    waiting = b""
    source = iter(pieces)
    sound = _Sound(rate_hz=pcm_rate_hz) if pcm_rate_hz else None
    for piece in source:
        waiting += piece
        if sound is None and (sound := _begun(waiting)) is None and not _may_be_wav(waiting):
            break
        if sound is not None:
            break
    if sound is None:
        yield decode(waiting + b"".join(source), text=text)
        return
    said = False
    for clip in _clips(waiting[sound.start :], source, sound):
        yield clip if said else Clip(samples=clip.samples, rate_hz=clip.rate_hz, text=text)
        said = True
    if not said:
        raise EngineError("The service answered with no sound.", hint="Ask again.")


def _clips(waiting: bytes, source: Iterator[bytes], sound: _Sound) -> Iterator[Clip]:
    """What waits, then what comes: at least a piece at a time, whole samples, up to the length."""
    left = sys.maxsize if sound.length is None else sound.length
    enough = round(sound.rate_hz * _PIECE_S) * 2
    for piece in chain([b""], source):
        waiting += piece
        if len(waiting) >= min(enough, left):
            whole = min(len(waiting) // 2 * 2, left)
            yield from_pcm(waiting[:whole], sound.rate_hz)
            waiting, left = waiting[whole:], left - whole
            if left <= 0:
                return
    if len(waiting) >= 2:
        yield from_pcm(waiting, sound.rate_hz)


def _may_be_wav(data: bytes) -> bool:
    return data[:4] in (b"RIFF"[: len(data)], b"RIFF") and len(data) < 4096


def _begun(data: bytes) -> _Sound | None:
    """The form and place of the samples; None while the header is not whole, or if it is another form."""
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        return None
    at, rate_hz = 12, 0
    while at + 8 <= len(data):
        name, length = struct.unpack_from("<4sI", data, at)
        if name == b"data":
            # Who streams cannot know the length, and writes nothing or as much as fits.
            known = length if 0 < length < 0x7FFF0000 else None
            return _Sound(rate_hz=rate_hz, start=at + 8, length=known) if rate_hz else None
        if name == b"fmt " and at + 24 <= len(data):
            form, channels, rate_hz, _, _, bits = struct.unpack_from("<HHIIHH", data, at + 8)
            if form not in {_PCM, _EXTENSIBLE} or channels != 1 or bits != 16:
                return None
        at += 8 + length + length % 2
    return None
