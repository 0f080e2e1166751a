"""An answer on its way: read it piece by piece, and have what came kept, however it ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Self

from studiolo.assistant.base import Answer, Streamed
from studiolo.chat import Finish
from studiolo.errors import Cancelled, EngineError, InvalidRequestError, StudioloError
from studiolo.gallery import KeptAnswer

Keep = Callable[[Answer], "KeptAnswer | None"]
Partial = Callable[[str, Finish, str], Answer]


class AnswerStream(Iterator[str]):
    """The pieces of an answer; ``answer`` is the whole of it once they have ended.

    ``kept`` is the answer in the gallery, None if the picture is not there. An answer that breaks off or
    is cancelled after its first words is kept with what had come, marked as such, and the error goes on.
    Whoever stops reading closes it, or uses it in a ``with`` block: then, too, what had come is kept.
    """

    def __init__(self, pieces: Streamed, *, partial: Partial, keep: Keep) -> None:
        self._pieces = pieces
        self._partial = partial
        self._keep = keep
        self._said: list[str] = []
        self.answer: Answer | None = None
        self.kept: KeptAnswer | None = None

    def __next__(self) -> str:
        try:
            piece = next(self._pieces)
        except StopIteration as end:
            if self.answer is None and end.value is not None:
                self._end(end.value)
            raise
        except EngineError as error:  # a broken connection, most often; whatever it is, words are not lost
            self._end_early("interrupted", error)
            raise
        except Cancelled as error:
            self._end_early("cancelled", error)
            raise
        self._said.append(piece)
        return piece

    def read(self) -> Answer:
        """The whole answer, once it is there.

        Raises:
            StudioloError: as :meth:`studiolo.Studio.ask`.
        """
        for _ in self:
            pass
        if self.answer is None:
            raise Cancelled("The answer was stopped before it was whole.")
        return self.answer

    def close(self) -> None:
        """Stop the answer and free its connection; what had come is kept."""
        try:
            self._pieces.close()
        except ValueError as error:  # a generator that another thread is in
            raise InvalidRequestError(
                "The answer is being read in another thread.", hint="Give `cancel`, and set it instead."
            ) from error
        if self.answer is None:
            self._end_early("cancelled", Cancelled())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def _end_early(self, finish: Finish, error: StudioloError) -> None:
        text = "".join(self._said).strip()
        if text and self.answer is None:
            self._end(self._partial(text, finish, error.message))

    def _end(self, answer: Answer) -> None:
        self.answer = answer
        self.kept = self._keep(answer)
