"""The C library libespeak-ng, as the package espeakng-loader brings it, through its ``speak_lib.h``.

The library keeps voice, rate and output in globals, so there is one of it in a process, and one thread that
calls it. Ctrl-C arrives in the main thread alone: were that inside a callback from C, Python would print the
interrupt and lose it.
"""

from __future__ import annotations

import atexit
import ctypes
import os
import shutil
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from ctypes import POINTER, byref, c_char_p, c_int, c_short, c_ubyte, c_uint, c_void_p
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

from studiolo.errors import EngineError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# espeak_Initialize: samples are handed to a callback before espeak_Synth returns; a fault returns, not exits.
_SYNCHRONOUS: Final = 2
_DO_NOT_EXIT: Final = 0x8000
# espeak_Synth: the text is UTF-8; neither SSML (0x10) nor [[phonemes]] (0x100) are read in it.
_UTF8: Final = 1
_RATE: Final = 1
_PITCH: Final = 3

_MAX_PATH_BYTES: Final = 150
"""The library keeps its data's path in 160 bytes, and looks elsewhere when a longer one was cut."""

_lock = threading.Lock()


class _Voice(ctypes.Structure):
    """``espeak_VOICE``."""

    _fields_: ClassVar = [
        ("name", c_char_p),
        ("languages", c_void_p),
        ("identifier", c_char_p),
        ("gender", c_ubyte),
        ("age", c_ubyte),
        ("variant", c_ubyte),
        ("xx1", c_ubyte),
        ("score", c_int),
        ("spare", c_void_p),
    ]


_OnSamples = ctypes.CFUNCTYPE(c_int, POINTER(c_short), c_int, c_void_p)


@dataclass(frozen=True, kw_only=True)
class NativeVoice:
    """A voice as the library lists it; ``tags`` are its languages, with a priority each: low is better."""

    name: str
    identifier: str
    tags: tuple[tuple[int, str], ...]


class Library:
    """What the engine needs of the library. Use :func:`library`, not this."""

    def __init__(self) -> None:
        import espeakng_loader  # pyright: ignore[reportMissingTypeStubs]

        try:
            self._c: Any = ctypes.CDLL(espeakng_loader.get_library_path())
        except OSError as error:
            raise EngineError(
                f"The speech library espeak-ng cannot be loaded here: {error}.",
                hint="Run: pip install --force-reinstall espeakng-loader",
            ) from error
        self._c.espeak_ListVoices.restype = POINTER(POINTER(_Voice))
        self._c.espeak_Info.restype = c_char_p
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="espeak")
        self._blocks: list[NDArray[np.int16]] = []
        self._stop = threading.Event()
        data = _short_path(espeakng_loader.get_data_path())
        self.rate_hz: int = self._c.espeak_Initialize(_SYNCHRONOUS, 0, data, _DO_NOT_EXIT)
        if self.rate_hz <= 0:
            raise EngineError(
                "espeak-ng did not find its voices.",
                hint="Run: pip install --force-reinstall espeakng-loader",
            )
        self._on_samples = _OnSamples(self._take)  # kept: the library calls it as long as it lives
        self._c.espeak_SetSynthCallback(self._on_samples)

    @property
    def version(self) -> str:
        """Of the library, such as ``1.52.0``."""
        return self._c.espeak_Info(None).decode()

    def voices(self, of: str | None = None) -> tuple[NativeVoice, ...]:
        """All voices for languages; with ``of="variant"`` the ways any of them can be changed."""
        return self._thread.submit(self._list, of).result()

    def synthesize(self, text: str, *, voice: str, words_per_minute: int, pitch: int) -> NDArray[np.int16]:
        """The samples of ``text``; ``voice`` is an identifier, perhaps with ``+variant``.

        Raises:
            EngineError: the library refused.
        """
        stop = threading.Event()
        try:
            return self._thread.submit(self._speak, text, voice, words_per_minute, pitch, stop).result()
        finally:
            stop.set()  # who is interrupted, while submitting or waiting, ends the speech

    def _list(self, of: str | None) -> tuple[NativeVoice, ...]:
        wanted = _Voice(languages=ctypes.cast(c_char_p(of.encode()), c_void_p)) if of else None
        listed = self._c.espeak_ListVoices(byref(wanted) if wanted else None)
        voices: list[NativeVoice] = []
        while listed[len(voices)]:
            voices.append(_read(listed[len(voices)].contents))
        return tuple(voices)

    def _speak(
        self, text: str, voice: str, words_per_minute: int, pitch: int, stop: threading.Event
    ) -> NDArray[np.int16]:
        import numpy as np

        encoded = text.encode() + b"\0"
        self._blocks, self._stop = [], stop
        failed = (
            self._c.espeak_SetVoiceByName(voice.encode())
            or self._c.espeak_SetParameter(_RATE, words_per_minute, 0)
            or self._c.espeak_SetParameter(_PITCH, pitch, 0)
            or self._c.espeak_Synth(encoded, len(encoded), c_uint(0), 1, c_uint(0), _UTF8, None, None)
        )
        blocks, self._blocks = self._blocks, []
        if failed and not stop.is_set():
            raise EngineError(
                f"espeak-ng could not speak with voice '{voice}' (code {failed}).",
                hint="Choose another voice, or report it with the text.",
            )
        return np.concatenate(blocks) if blocks else np.zeros(0, np.int16)

    def _take(self, samples: Any, count: int, _events: Any) -> int:
        """Keep a block; what is returned tells the library to stop (1) or go on (0)."""
        import numpy as np

        if count > 0:
            self._blocks.append(np.ctypeslib.as_array(samples, (count,)).copy())
        return int(self._stop.is_set())


@lru_cache(maxsize=1)
def _load() -> Library:
    return Library()


def library() -> Library:
    """The library of this process, loaded on first use.

    Raises:
        EngineError: it is not whole, or not made for this machine.
    """
    with _lock:
        return _load()


def _read(voice: Any) -> NativeVoice:
    return NativeVoice(
        name=" ".join(voice.name.decode().split()),
        identifier=voice.identifier.decode(),
        tags=tuple(_tags(voice.languages)),
    )


def _tags(address: int | None) -> list[tuple[int, str]]:
    """A byte of priority and a string, again and again, until a priority of 0."""
    tags: list[tuple[int, str]] = []
    while address and (priority := c_ubyte.from_address(address).value):
        tag = ctypes.string_at(address + 1)
        tags.append((priority, tag.decode()))
        address += len(tag) + 2
    return tags


def _short_path(path: str) -> bytes:
    """The data's path, by way of a link where it is too long for the library."""
    if len(os.fsencode(path)) <= _MAX_PATH_BYTES:
        return os.fsencode(path)
    folder = Path(tempfile.mkdtemp(prefix="espeak-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    link = folder / "data"
    try:
        link.symlink_to(path, target_is_directory=True)
    except OSError as error:
        raise EngineError(
            f"espeak-ng cannot read its voices from a path as long as {path}.",
            hint="Install studiolo in a folder with a shorter path.",
        ) from error
    return os.fsencode(link)
