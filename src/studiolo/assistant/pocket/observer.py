"""Looks at pictures: what is measured, read and recognised, offline."""

from __future__ import annotations

from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING

from studiolo.assistant.pocket.findings import Eye, Findings
from studiolo.assistant.pocket.pixels import plain
from studiolo.assistant.pocket.reader import TextReader

if TYPE_CHECKING:
    from PIL.Image import Image

    from studiolo.embedding import TextEmbedder


class Observer:
    """Makes findings of pictures. Safe to share between threads; loads nothing until a finding needs it.

    Args:
        threads: For the networks that recognise and read.
        embedder: The recogniser's, so that it is not loaded a second time.
        eye: Recognises things; the package's own recogniser if none is given.
    """

    def __init__(
        self, *, threads: int = 2, embedder: TextEmbedder | None = None, eye: Eye | None = None
    ) -> None:
        self._threads = threads
        self._embedder = embedder
        self._given_eye = eye
        self._reader = TextReader(threads=threads)
        self._lock = Lock()
        self._last: tuple[str, Findings] | None = None

    def observe(self, image: Image, *, key: str = "") -> Findings:
        """Findings of a picture of any mode, not yet worked out.

        With a ``key`` (its hash) the findings of the last picture are kept: a conversation is about one.

        Raises:
            InvalidImageError: it cannot be converted to RGB.
        """
        with self._lock:
            if key and self._last is not None and self._last[0] == key:
                return self._last[1]
        findings = Findings(plain(image), eye=self._eye, reader=self._reader)
        if key:
            with self._lock:
                self._last = (key, findings)
        return findings

    @cached_property
    def _eye(self) -> Eye:
        if self._given_eye is not None:
            return self._given_eye
        from studiolo.assistant.pocket.recogniser import Recogniser

        return Recogniser(threads=self._threads, embedder=self._embedder)
