"""The facade: what Python, the command line and the server all call."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, Self

from studiolo import offline
from studiolo.assistant.base import (
    Answer,
    Assistant,
    Sampling,
    Streamed,
    SuggestionRequest,
    Suggestions,
    Tags,
    Translation,
)
from studiolo.assistant.stream import AnswerStream
from studiolo.chat import Finish
from studiolo.embedding import TextEmbedder
from studiolo.engines.base import ImageEngine
from studiolo.engines.capabilities import check, resolve
from studiolo.errors import Cancelled, InvalidRequestError, UnknownEngineError, UnsupportedRequestError
from studiolo.gallery import Gallery, KeptAnswer, Picture, Speech
from studiolo.registry import ChatRegistry, EngineRegistry, SpeechRegistry, build_registry
from studiolo.requests import (
    GeneratedImage,
    ImageRequest,
    Progress,
    ProgressCallback,
    SourceImage,
    ignore_progress,
)
from studiolo.settings import Settings
from studiolo.speaking import Speaking, Spoken
from studiolo.speaking import prepare as prepare_speech
from studiolo.subjects import conversation, find_subject, keep_answer

if TYPE_CHECKING:
    from PIL.Image import Image

    from studiolo.speech import Clip

POCKET: Final = "pocket"


class Studio:
    """Engines, an assistant and a gallery under one roof.

    Build it from its parts, or with :meth:`open` from the settings. Use it as a context
    manager, or call :meth:`close`. One studio may serve several threads.

    Wherever a ``picture`` is asked about, it may be one of the gallery (or its id), a file, bytes, a PIL
    image, or an address on the web; only what is asked about pictures of the gallery is kept.
    """

    def __init__(
        self,
        settings: Settings,
        registry: EngineRegistry,
        gallery: Gallery,
        *,
        chat: ChatRegistry | None = None,
        speech: SpeechRegistry | None = None,
        embedder: TextEmbedder | None = None,
    ) -> None:
        self.settings = settings
        self.registry = registry
        self.gallery = gallery
        self.chat = chat or build_registry(settings, embedder, kind=ChatRegistry)
        self.speech = speech or build_registry(settings, embedder, kind=SpeechRegistry)
        self._embedder = embedder
        self._pocket: Assistant | None = None
        self._lock = threading.Lock()

    @classmethod
    def open(cls, settings: Settings | None = None) -> Self:
        """A studio as the settings describe it; reads them from their sources if not given.

        Raises:
            SettingsError: the settings are wrong.
            GalleryError: the gallery cannot be opened.
        """
        settings = settings or Settings.load()
        if settings.offline:
            offline.forbid()
        embedder = TextEmbedder()
        gallery = Gallery.open(settings.gallery_folder, embedder=embedder)
        return cls(settings, build_registry(settings, embedder), gallery, embedder=embedder)

    def generate(
        self,
        prompt: str | ImageRequest | None = None,
        /,
        *,
        engine: str | None = None,
        progress: ProgressCallback = ignore_progress,
        cancel: threading.Event | None = None,
        translate: bool = True,
        **fields: Any,
    ) -> list[Picture]:
        """Paint, keep, and return the pictures; arguments as for :meth:`generate_each`."""
        each = self.generate_each(
            prompt, engine=engine, progress=progress, cancel=cancel, translate=translate, **fields
        )
        return list(each)

    def generate_each(
        self,
        prompt: str | ImageRequest | None = None,
        /,
        *,
        engine: str | None = None,
        progress: ProgressCallback = ignore_progress,
        cancel: threading.Event | None = None,
        translate: bool = True,
        **fields: Any,
    ) -> Iterator[Picture]:
        """Paint pictures; each is in the gallery before it is yielded.

        Args:
            prompt: what to paint, or a whole request; may as well stand among the fields.
            engine: ``"pocket"``, ``"name:model"``, …; the settings' engine if not given.
            progress: called after each step, in the caller's thread.
            cancel: set it (from any thread) to stop within one step.
            translate: have a prompt that is in no language of the engine put into English by the settings'
                assistant first; the original is kept with the picture.
            fields: fields of :class:`ImageRequest`; beside a whole request, what changes in it.

        Raises:
            InputError: the request cannot be done as asked; nothing was painted.
            EngineError: the engine failed; pictures yielded before are kept.
            GalleryError: a picture could not be kept.
            Cancelled: ``cancel`` was set; pictures yielded before are kept.
        """
        # Checked here, not at the first next(): a wrong request fails where it is made.
        spec = self.settings.engine if engine is None else engine
        painter, request = self.prepare(self.request(prompt, **fields), engine=spec)
        report = _cancellable(progress, cancel)
        translation = self._translation(painter, request, report) if translate else None
        if translation is not None:
            request = request.model_copy(update={"prompt": translation.text})
        return self._paint_and_keep(painter, request, report, translation)

    def draft(self, prompt: str | ImageRequest | None = None, /, **fields: Any) -> GeneratedImage:
        """The pocket painter's draft alone: the planned scene, composed; not kept in the gallery.

        It can steer another engine as its init picture, which helps big models count
        and tell left from right.
        """
        request = self.request(prompt, **fields).model_copy(update={"strength": 0.0, "count": 1})
        painter, request = self.prepare(request, engine="pocket")
        return next(painter.generate(request))

    def request(self, prompt: str | ImageRequest | None = None, /, **fields: Any) -> ImageRequest:
        """The validated request for these arguments, as for :meth:`generate_each`.

        Raises:
            InvalidRequestError: a field is unknown, missing or out of range, or there are two prompts.
            InvalidImageError: a picture cannot be opened.
        """
        if isinstance(prompt, ImageRequest):
            if not fields:
                return prompt
            fields = {**dict(prompt), **fields}
        elif prompt is not None:
            if "prompt" in fields:
                raise InvalidRequestError("There are two prompts.", hint="Give one of them.")
            fields["prompt"] = prompt
        return ImageRequest.parse(fields, find_image=self.gallery.source_image)

    def prepare(self, request: ImageRequest, *, engine: str) -> tuple[ImageEngine, ImageRequest]:
        """The engine for ``request`` and the request with every default filled in; paints nothing.

        Raises:
            UnknownEngineError: no such engine.
            UnsupportedRequestError: it cannot do this; the hint names engines that can.
            InvalidRequestError: a value is outside what it takes.
        """
        painter = self.registry.resolve(engine)
        capabilities = painter.capabilities
        try:
            check(capabilities, request, engine=engine)
        except UnsupportedRequestError as error:
            able = [name for name in self.registry.able_to(request) if name != "fake"]
            others = f"Engines here that can: {', '.join(able)}." if able else "No engine here can."
            raise UnsupportedRequestError(
                error.message, hint=f"{error.hint} {others} See: studiolo engines".strip()
            ) from error
        return painter, resolve(capabilities, request)

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
        fields: dict[str, Any] = {"style": style, "keywords": tuple(words), "n": n, "language": language}
        if reference is not None:
            fields["reference"] = find_subject(self.gallery, reference).image
        request = SuggestionRequest.parse({**fields, "sampling": Sampling.parse(sampling)})
        return self.assistant(engine).suggest(request, _cancellable(progress, cancel))

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
        report = _cancellable(progress, cancel)
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
            subject.image, sampling=Sampling.parse(sampling), progress=_cancellable(progress, cancel)
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
            subject.image, sampling=Sampling.parse(sampling), progress=_cancellable(progress, cancel)
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
        subject = find_subject(self.gallery, picture)
        if follow_up and subject.picture is not None:
            before = (*conversation(self.gallery, subject.picture), *before)
        pieces = self.assistant(engine).ask(
            subject.image,
            question,
            before=before,
            sampling=Sampling.parse(sampling),
            progress=_cancellable(progress, cancel),
        )
        return self._stream(pieces, question.strip(), "question", engine, subject.picture if keep else None)

    def speak(
        self,
        said: str | Answer | KeptAnswer,
        *,
        format: str = "wav",  # noqa: A002 - the field's word
        language: str | None = None,
        voice: str | None = None,
        speed: float = 1.0,
        engine: str | None = None,
        progress: ProgressCallback = ignore_progress,
        cancel: threading.Event | None = None,
    ) -> Spoken:
        """A text or an answer as audio; that of a kept answer is kept with it.

        Args:
            said: a text, or an answer.
            format: ``"wav"`` or ``"mp3"``.
            language: BCP-47 or an English name; detected if not given.
            voice: one of the engine's voices.
            speed: 0.25 to 4; 1 is natural.
            engine: ``"espeak"``, ``"openai:tts-1"``, …; the settings' one if not given.
            progress: called for every sentence.
            cancel: set it (from any thread) to stop; nothing is kept.

        Raises:
            InputError: there is nothing to say, or no such format, language, voice or engine.
            EngineError: the engine failed.
            Cancelled: ``cancel`` was set.
        """
        from studiolo.audio.encoding import check_format, encode

        kind = check_format(format)
        speaking = self._speaking(said, engine, language=language, voice=voice, speed=speed)
        clips = list(speaking.clips(_cancellable(progress, cancel)))
        spoken = Spoken(
            audio=encode(clips, kind, pause_s=0),
            format=kind,
            seconds=round(sum(clip.seconds for clip in clips), 3),
            engine=self.settings.speech if engine is None else engine,
            language=speaking.language,
            voice=voice or "",
        )
        if not isinstance(said, KeptAnswer):
            return spoken
        known = Speech.model_validate(spoken, from_attributes=True)
        return replace(spoken, kept=self.gallery.answers.add_speech(said, spoken.audio, known))

    def speak_each(
        self,
        said: str | Answer | KeptAnswer,
        *,
        language: str | None = None,
        voice: str | None = None,
        speed: float = 1.0,
        engine: str | None = None,
        progress: ProgressCallback = ignore_progress,
        cancel: threading.Event | None = None,
    ) -> Iterator[Clip]:
        """Speech sentence by sentence, each as soon as it is there; as :meth:`speak`, keeping nothing."""
        speaking = self._speaking(said, engine, language=language, voice=voice, speed=speed)
        return speaking.clips(_cancellable(progress, cancel))

    def _speaking(self, said: str | Answer | KeptAnswer, engine: str | None, **how: Any) -> Speaking:
        speaker = self.speech.resolve(self.settings.speech if engine is None else engine)
        return prepare_speech(speaker, said if isinstance(said, str) else said.text, **how)

    def assistant(self, name: str | None = None) -> Assistant:
        """The assistant of that name: the pocket one, or one with a language model behind it.

        Raises:
            UnknownEngineError: there is none.
        """
        name = (self.settings.assistant if name is None else name).strip()
        if name == POCKET:
            return self._pocket_assistant()
        from studiolo.assistant.chat import ChatAssistant

        try:
            return ChatAssistant(self.chat.resolve(name), name=name)
        except UnknownEngineError as error:
            raise UnknownEngineError(
                error.message, hint=f"{error.hint} The assistant '{POCKET}' needs no model."
            ) from error

    def _pocket_assistant(self) -> Assistant:
        from studiolo.assistant.pocket.assistant import PocketAssistant

        with self._lock:
            if self._pocket is None:
                self._pocket = PocketAssistant(embedder=self._embedder, threads=self.settings.threads or 2)
            return self._pocket

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
            return Answer(question=question, text=text, kind=kind, engine=asked, finish=finish, notes=(why,))

        def keep(answer: Answer) -> KeptAnswer | None:
            return keep_answer(self.gallery, picture, answer) if picture is not None else None

        return AnswerStream(pieces, partial=partial, keep=keep)

    def _translation(
        self, painter: ImageEngine, request: ImageRequest, progress: ProgressCallback
    ) -> Translation | None:
        """The prompt in English, or as it is with a note; None if the painter reads its language."""
        from studiolo import languages

        understood = painter.capabilities.languages
        found = languages.detect(request.prompt) if understood else None
        if found is None or found.code.split("-")[0] in understood:
            return None
        try:
            return self.assistant().translate(request.prompt, language=found.code, progress=progress)
        except InvalidRequestError:  # no dictionary of that language: the painter does what it can
            return Translation(
                text=request.prompt,
                original=request.prompt,
                language=found.code,
                language_name=found.name,
            )

    def _paint_and_keep(
        self,
        painter: ImageEngine,
        request: ImageRequest,
        progress: ProgressCallback,
        translation: Translation | None,
    ) -> Iterator[Picture]:
        for generated in painter.generate(request, progress):
            if translation is None:
                yield self.gallery.add(generated)
                continue
            told = replace(generated, notes=(translation.note, *generated.notes))
            changed = translation.text != translation.original
            yield self.gallery.add(told, original_prompt=translation.original if changed else "")

    def close(self) -> None:
        """Free the engines and close the gallery."""
        for registry in (self.registry, self.chat, self.speech):
            registry.close()
        self.gallery.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


def _cancellable(progress: ProgressCallback, cancel: threading.Event | None) -> ProgressCallback:
    if cancel is None:
        return progress

    def report(step: Progress) -> None:
        if cancel.is_set():
            raise Cancelled
        progress(step)

    return report
