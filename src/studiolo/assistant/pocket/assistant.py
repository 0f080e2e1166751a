"""The pocket assistant: answers from what it measures, reads and recognises. Offline, no language model."""

from __future__ import annotations

import re
import time
from collections.abc import Generator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final

from studiolo.assistant.base import (
    Answer,
    Assistant,
    Location,
    Sampling,
    Streamed,
    SuggestionRequest,
    Suggestions,
    Tags,
    Translation,
    checked_question,
)
from studiolo.embedding import TextEmbedder
from studiolo.requests import Progress, ProgressCallback, SourceImage, ignore_progress

if TYPE_CHECKING:
    from studiolo.assistant.pocket.answers import Reply
    from studiolo.assistant.pocket.findings import Eye
    from studiolo.assistant.pocket.gloss import Glossary
    from studiolo.assistant.pocket.nouns import Nouns
    from studiolo.assistant.pocket.observer import Observer
    from studiolo.assistant.pocket.seeing import Scene
    from studiolo.assistant.pocket.writer import PromptWriter
    from studiolo.engines.pocket.drawings import DrawingLibrary

ENGINE: Final = "pocket"


class _Parts:
    """What the assistant works with, each loaded when first used."""

    def __init__(self, embedder: TextEmbedder, threads: int, eye: Eye | None) -> None:
        self._threads, self._eye = threads, eye
        self.embedder = embedder

    @cached_property
    def library(self) -> DrawingLibrary:
        from studiolo.engines.pocket.drawings import DrawingLibrary

        return DrawingLibrary(embedder=self.embedder)

    @cached_property
    def nouns(self) -> Nouns:
        from studiolo.assistant.pocket.nouns import Nouns

        return Nouns(self.library)

    @cached_property
    def observer(self) -> Observer:
        from studiolo.assistant.pocket.observer import Observer

        return Observer(threads=self._threads, embedder=self.embedder, eye=self._eye)

    @cached_property
    def glossary(self) -> Glossary:
        from studiolo.assistant.pocket.gloss import Glossary

        return Glossary()

    @cached_property
    def writer(self) -> PromptWriter:
        from studiolo.assistant.pocket.writer import PromptWriter

        return PromptWriter(self.embedder)

    def scene(self, image: SourceImage) -> Scene:
        from studiolo.assistant.pocket.seeing import Scene

        return Scene(self.observer.observe(image.image, key=image.sha256), self.nouns)


class PocketAssistant(Assistant):
    """Honest and quick: it answers what its findings tell, and says so where they do not.

    Safe to share between threads. Sampling is a language model's: only its seed is used, by `suggest`.

    Args:
        embedder: The one of gallery and painter, so that it is not loaded twice; a new one if none is given.
        threads: For the networks.
        eye: Recognises things; the package's recogniser of drawings if none is given.
    """

    def __init__(
        self, *, embedder: TextEmbedder | None = None, threads: int | None = None, eye: Eye | None = None
    ) -> None:
        self._given = (embedder, threads or 2, eye)
        self._parts = self._new_parts()

    def _new_parts(self) -> _Parts:
        embedder, threads, eye = self._given
        return _Parts(embedder or TextEmbedder(threads=threads), threads, eye)

    def close(self) -> None:
        """Free what was loaded. The assistant may be used again: it loads anew."""
        self._parts = self._new_parts()

    def suggest(
        self, request: SuggestionRequest, progress: ProgressCallback = ignore_progress
    ) -> Suggestions:
        """Prompts from curated words; a reference lends its light, palette, medium and composition.

        Raises:
            InvalidRequestError: there is nothing to write about, or no room to say it in ``n`` ways.
        """
        from studiolo.assistant.pocket.suggesting import look_of, read_wish

        progress(Progress(step=0, total=2, stage="looking"))
        parts = self._parts
        style, keywords, notes = read_wish(request, parts.glossary)
        look = None
        if request.reference is not None:
            look = look_of(parts.scene(request.reference))
            if not style and not keywords:
                style = look.medium
                notes += ("The subjects are the writer's own; the reference lends its look alone.",)
        progress(Progress(step=1, total=2, stage="writing"))
        prompts = parts.writer.write(
            style=style, keywords=keywords, look=look, n=request.n, seed=request.sampling.seed
        )
        progress(Progress(step=2, total=2, stage="writing"))
        return Suggestions(prompts=prompts, engine=ENGINE, notes=notes)

    def translate(
        self, text: str, *, language: str | None = None, progress: ProgressCallback = ignore_progress
    ) -> Translation:
        """The text in English, word by word; English comes back untouched.

        Raises:
            InvalidRequestError: there is no text, too much of it, or its language is none the glossary knows.
        """
        progress(Progress(step=0, total=1, stage="translating"))
        gloss = self._parts.glossary.gloss(text, language)
        english = gloss.language.code == "en"
        return Translation(
            text=text if english else gloss.text,
            original=text,
            language=gloss.language.code,
            language_name=gloss.language.name,
            gloss=not english,
            untranslated=gloss.untranslated,
            engine="" if english else ENGINE,
        )

    def tag(
        self,
        image: SourceImage,
        *,
        sampling: Sampling | None = None,  # noqa: ARG002 - a language model's
        progress: ProgressCallback = ignore_progress,
    ) -> Tags:
        """3 to 12 words, the surest first."""
        from studiolo.assistant.pocket.describing import tags

        progress(Progress(step=0, total=1, stage="looking"))
        found, notes = tags(self._parts.scene(image))
        progress(Progress(step=1, total=1, stage="looking"))
        return Tags(tags=found, engine=ENGINE, notes=notes)

    def describe(
        self,
        image: SourceImage,
        *,
        sampling: Sampling | None = None,  # noqa: ARG002 - a language model's
        progress: ProgressCallback = ignore_progress,
    ) -> Streamed:
        """Two or three sentences."""
        from studiolo.assistant.pocket.describing import describe

        begun = time.perf_counter()
        progress(Progress(step=0, total=1, stage="looking"))
        reply = describe(self._parts.scene(image))
        looked = time.perf_counter() - begun
        yield from _pieces(reply.text, progress)
        return Answer(
            question="",
            text=reply.text,
            engine=ENGINE,
            kind="description",
            evidence=reply.evidence,
            notes=reply.notes,
            timings={"looking": round(looked, 4)},
        )

    def ask(
        self,
        image: SourceImage,
        question: str,
        *,
        before: Sequence[Answer] = (),
        sampling: Sampling | None = None,  # noqa: ARG002 - a language model's
        progress: ProgressCallback = ignore_progress,
    ) -> Streamed:
        """An answer from the findings, with these as evidence.

        Raises:
            InvalidRequestError: there is no question.
            MissingExtraError: it is about text, and the extra ``ocr`` is not installed.
        """
        asked = checked_question(question)
        begun = time.perf_counter()
        progress(Progress(step=0, total=1, stage="looking"))
        reply = self._reply(image, asked, before)
        looked = time.perf_counter() - begun
        yield from _pieces(reply.text, progress)
        return Answer(
            question=asked,
            text=reply.text,
            engine=ENGINE,
            evidence=reply.evidence,
            notes=reply.notes,
            timings={"looking": round(looked, 4)},
        )

    def locate(self, image: SourceImage, words: str) -> Location:
        """Where in the picture the things that ``words`` mean are; they may be in any language it translates.

        Raises:
            InvalidRequestError: there are no words, or none of the things is seen; says what is.
        """
        from studiolo.assistant.pocket.locating import locate
        from studiolo.assistant.pocket.pixels import plain

        english = self.translate(words).text
        return locate(plain(image.image), english, self._parts.scene(image), self._parts.library)

    def _reply(self, image: SourceImage, asked: str, before: Sequence[Answer]) -> Reply:
        from studiolo.assistant.pocket.conversation import answer

        parts = self._parts
        earlier = [each.question for each in before if each.kind == "question"]
        return answer(asked, earlier, parts.scene(image), parts.library, parts.glossary)


def _pieces(text: str, progress: ProgressCallback) -> Generator[str, None, None]:
    """Word by word, with the spaces that follow."""
    words: list[str] = re.findall(r"\S+\s*", text)
    for number, word in enumerate(words):
        progress(Progress(step=number + 1, total=len(words), stage="writing"))
        yield word
