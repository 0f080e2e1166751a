"""What a service answers, read into clips: WAV, MP3, OGG (Vorbis, Opus), FLAC, or bare samples."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from studiolo.audio.mp3 import count_samples, has_length
from studiolo.errors import EngineError
from studiolo.speech import Clip

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def decode(data: bytes, *, text: str = "") -> Clip:
    """A file of audio as one clip; channels are mixed into one.

    Raises:
        EngineError: it is no audio that can be read.
    """
    import numpy as np
    import soundfile  # pyright: ignore[reportMissingTypeStubs]

    try:
        is_mp3 = soundfile.info(io.BytesIO(data)).format == "MP3"
        found, rate_hz = _read_mp3(data) if is_mp3 else _read(data)
    except soundfile.LibsndfileError as error:
        raise EngineError(
            f"What came is no audio that can be read: {_beginning(data)}.",
            hint="Ask again; if it stays, ask the service for wav or mp3.",
        ) from error
    # Lossy decoders overshoot a little; without the clip a loud peak would turn into its opposite.
    samples = np.clip(np.rint(found.mean(axis=1) * 32768), -32768, 32767).astype(np.int16)
    return Clip(samples=samples, rate_hz=rate_hz, text=text)


def from_pcm(data: bytes, rate_hz: int, *, text: str = "") -> Clip:
    """Bare 16-bit little-endian mono samples as a clip; half a sample at the end is left out."""
    import numpy as np

    whole = data[: len(data) // 2 * 2]
    return Clip(samples=np.frombuffer(whole, "<i2").astype(np.int16), rate_hz=rate_hz, text=text)


def _read(data: bytes, *, samples: int = -1) -> tuple[NDArray[np.float32], int]:
    """Samples of all channels, and their rate."""
    import numpy as np
    import soundfile  # pyright: ignore[reportMissingTypeStubs]

    found, rate_hz = soundfile.read(io.BytesIO(data), samples, dtype="float32", always_2d=True)
    return found.astype(np.float32, copy=False), int(rate_hz)


def _read_mp3(data: bytes) -> tuple[NDArray[np.float32], int]:
    """An MP3 to its very end. Where no tag says its length, libsndfile stops at one it guesses.

    Given the same frames again it goes on long enough, and what comes after the end is left out.
    """
    found, rate_hz = _read(data)
    if has_length(data) or not len(found):
        return found, rate_hz
    samples = count_samples(data)
    if len(found) < samples:
        found, _ = _read(data * (samples // len(found) + 2), samples=samples)
    return found, rate_hz


def _beginning(data: bytes) -> str:
    """The first bytes, as text where they are some."""
    if not data:
        return "it is empty"
    start = data[:60].decode("utf-8", "replace").strip()
    return f"it begins with {start!r}" if start.isprintable() else f"it begins with {data[:8].hex(' ')}"
