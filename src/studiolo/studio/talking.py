"""The facade's other half: prompts suggested and translated, pictures asked about, described and tagged."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from studiolo.assistant.base import (
    Answer,
    Sampling,
    Streamed,
    SuggestionRequest,
    Suggestions,
    Tags,
    Translation,
    checked_conversation,
    checked_question,
)
from studiolo.assistant.stream import AnswerStream
from studiolo.chat import Finish
from studiolo.gallery import KeptAnswer, Picture
from studiolo.requests import ProgressCallback, SourceImage, ignore_progress
from studiolo.studio.core import Core, cancellable
from studiolo.studio.subjects import conversation, find_subject, keep_answer

if TYPE_CHECKING:
    from PIL.Image import Image


class Talking(Core):
    """Suggests, translates, looks and answers."""

    def suggest(
        self,
        style: str = "",
        keywords: Sequence[str] | str = (),
        *,
        reference: Picture | SourceImage | Image | Path | str | bytes | None = None,
        n: int = 3,
        language: str | None = None,
        engine: str | None = None,
        progress: ProgressCallback = ignore_progress,
        cancel: threading.Event | None = None,
        **sampling: Any,
    ) -> Suggestions:
        """Distinct prompts of at most 500 characters, ready to edit.

        Args:
            style: mood or style.
            keywords: what is to be in the picture; one text may hold several, between commas.
            reference: a picture that lends style, mood, palette and composition, not its subject.
            n: how many, 1 to 10.
            language: of the prompts; English if not given.
            engine: an assistant: ``"pocket"``, ``"ollama:llava"``, …; the settings' one if not given.
            progress: called while waiting.
            cancel: set it (from any thread) to stop.
            sampling: ``temperature``, ``top_p``, ``top_k``, ``max_tokens``, ``seed``.

        Raises:
            InputError: the wish is empty, too long or out of range, or the model does not see.
            BadAnswerError: the model did not give prompts, twice.
            EngineError: the engine failed.
            Cancelled: ``cancel`` was set.
        """
        words = keywords.split(",") if isinstance(keywords, str) else keywords
        fields: dict[str, Any] = {"style": style, "keywords": words, "n": n, "language": language}
        if reference is not None:
            fields["reference"] = find_subject(self.gallery, reference).image
        request = SuggestionRequest.parse({**fields, "sampling": Sampling.parse(sampling)})
        return self.assistant(engine).suggest(request, cancellable(progress, cancel))

    def translate(
        self,
        text: str,
        *,
        language: str | None = None,
        engine: str | None = None,
        progress: ProgressCallback = ignore_progress,
        cancel: threading.Event | None = None,
    ) -> Translation:
        """The text in English, its language named; English comes back as it is, without asking a model.

        Raises:
            InvalidRequestError: the text is empty or too long, or there is no such language.
            EngineError, Cancelled: as :meth:`suggest`.
        """
        report = cancellable(progress, cancel)
        return self.assistant(engine).translate(text, language=language, progress=report)

    def tag(
        self,
        picture: Picture | SourceImage | Image | Path | str | bytes,
        *,
        engine: str | None = None,
        keep: bool = True,
        progress: ProgressCallback = ignore_progress,
        cancel: threading.Event | None = None,
        **sampling: Any,
    ) -> Tags:
        """3 to 12 words for what the picture shows; added to its tags if the gallery has it.

        Raises:
            InputError, EngineError, GalleryError, Cancelled: as :meth:`ask`.
        """
        subject = find_subject(self.gallery, picture)
        tags = self.assistant(engine).tag(
            subject.image, sampling=Sampling.parse(sampling), progress=cancellable(progress, cancel)
        )
        if keep and subject.picture is not None:
            self.gallery.tag([subject.picture.id], add=tags.tags)
        return tags

    def describe(
        self,
        picture: Picture | SourceImage | Image | Path | str | bytes,
        *,
        engine: str | None = None,
        keep: bool = True,
        progress: ProgressCallback = ignore_progress,
        cancel: threading.Event | None = None,
        **sampling: Any,
    ) -> AnswerStream:
        """A few sentences about the picture, piece by piece; as :meth:`ask`."""
        subject = find_subject(self.gallery, picture)
        pieces = self.assistant(engine).describe(
            subject.image, sampling=Sampling.parse(sampling), progress=cancellable(progress, cancel)
        )
        return self._stream(pieces, "", "description", engine, subject.picture if keep else None)

    def ask(
        self,
        picture: Picture | SourceImage | Image | Path | str | bytes,
        question: str,
        *,
        before: Sequence[Answer] = (),
        follow_up: bool = False,
        engine: str | None = None,
        keep: bool = True,
        progress: ProgressCallback = ignore_progress,
        cancel: threading.Event | None = None,
        **sampling: Any,
    ) -> AnswerStream:
        """An answer to a question about the picture, piece by piece; ``.read()`` waits for all of it.

        Args:
            picture: of the gallery, by id, or any other: see :class:`Studio`.
            question: in any language the assistant reads.
            before: earlier answers of this conversation.
            follow_up: take what was asked about this picture before as the conversation.
            engine: an assistant: ``"pocket"``, ``"ollama:llava"``, …; the settings' one if not given.
            keep: keep question and answer with the picture, if the gallery has it.
            progress: called while waiting, and for every piece.
            cancel: set it (from any thread) to stop; what had come is kept.
            sampling: ``temperature``, ``top_p``, ``top_k``, ``max_tokens``, ``seed``.

        Raises:
            InputError: the question is empty, the picture cannot be opened, the model does not see.
            CredentialsError, RateLimitedError, EngineTimeoutError, EngineError: the engine failed.
            BrokenStreamError: the answer broke off; what had come is kept, marked ``interrupted``.
            GalleryError: the answer could not be kept.
            Cancelled: ``cancel`` was set.
        """
        question = checked_question(question)
        subject = find_subject(self.gallery, picture)
        before = checked_conversation(before)
        if follow_up and subject.picture is not None:
            before = (*conversation(self.gallery, subject.picture), *before)
        pieces = self.assistant(engine).ask(
            subject.image,
            question,
            before=before,
            sampling=Sampling.parse(sampling),
            progress=cancellable(progress, cancel),
        )
        return self._stream(pieces, question, "question", engine, subject.picture if keep else None)

    def _stream(
        self,
        pieces: Streamed,
        question: str,
        kind: Literal["question", "description"],
        engine: str | None,
        picture: Picture | None,
    ) -> AnswerStream:
        asked = self.settings.assistant if engine is None else engine

        def partial(text: str, finish: Finish, why: str) -> Answer:
            notes = (self._hide_secrets(why),)
            return Answer(question=question, text=text, kind=kind, engine=asked, finish=finish, notes=notes)

        def keep(answer: Answer) -> KeptAnswer | None:
            return keep_answer(self.gallery, picture, answer) if picture is not None else None

        return AnswerStream(pieces, partial=partial, keep=keep)
