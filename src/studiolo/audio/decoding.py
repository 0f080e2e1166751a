"""What a service answers, read into clips: WAV, MP3, OGG (Vorbis, Opus), FLAC, or bare samples."""

from __future__ import annotations

import io
import os
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from studiolo.errors import EngineError
from studiolo.speech import Clip

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from soundfile import SoundFile  # pyright: ignore[reportMissingTypeStubs]

_BLOCK: Final = 1 << 16


def decode(data: bytes, *, text: str = "") -> Clip:
    """A file of audio as one clip; channels are mixed into one.

    Raises:
        EngineError: it is no audio that can be read.
    """
    import numpy as np
    import soundfile  # pyright: ignore[reportMissingTypeStubs]

    try:
        with soundfile.SoundFile(io.BytesIO(data)) as file:
            rate_hz = file.samplerate
            mono = _read_piped(data) if file.format == "MP3" else _read(file)
    except soundfile.LibsndfileError as error:
        raise EngineError(
            f"What came is no audio that can be read: {_beginning(data)}.",
            hint="Ask again; if it stays, ask the service for wav or mp3.",
        ) from error
    # Lossy decoders overshoot a little; without the clip a loud peak would turn into its opposite.
    samples = np.clip(np.rint(mono * 32768), -32768, 32767).astype(np.int16)
    return Clip(samples=samples, rate_hz=rate_hz, text=text)


def from_pcm(data: bytes, rate_hz: int, *, text: str = "") -> Clip:
    """Bare 16-bit little-endian mono samples as a clip; half a sample at the end is left out."""
    import numpy as np

    whole = data[: len(data) // 2 * 2]
    return Clip(samples=np.frombuffer(whole, "<i2").astype(np.int16), rate_hz=rate_hz, text=text)


def _read(file: SoundFile) -> NDArray[np.float32]:
    import numpy as np

    blocks: list[NDArray[np.float32]] = []
    while len(block := file.read(_BLOCK, dtype="float32", always_2d=True)):
        blocks.append(block.mean(axis=1))
    return np.concatenate(blocks) if blocks else np.zeros(0, np.float32)


def _read_piped(data: bytes) -> NDArray[np.float32]:
    """An MP3 to its very end: where libsndfile can seek, it believes a length that is sometimes a guess."""
    import soundfile  # pyright: ignore[reportMissingTypeStubs]

    reading, writing = os.pipe()

    def pour() -> None:
        # A reader that has heard enough closes its end.
        with suppress(BrokenPipeError), os.fdopen(writing, "wb") as pipe:
            pipe.write(data)

    pouring = threading.Thread(target=pour, name="mp3")
    pouring.start()
    try:
        with os.fdopen(reading, "rb") as pipe, soundfile.SoundFile(pipe.fileno(), closefd=False) as file:
            return _read(file)
    finally:
        pouring.join()


def _beginning(data: bytes) -> str:
    """The first bytes, as text where they are some."""
    if not data:
        return "it is empty"
    start = data[:60].decode("utf-8", "replace").strip()
    return f"it begins with {start!r}" if start.isprintable() else f"it begins with {data[:8].hex(' ')}"
