"""The facade's first half: from a prompt to kept pictures."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import closing
from dataclasses import replace
from typing import Any

from studiolo.assistant.base import Translation
from studiolo.engines.base import ImageEngine
from studiolo.engines.resolving import resolve
from studiolo.errors import InvalidImageError, InvalidRequestError
from studiolo.gallery import Picture
from studiolo.gallery.keeping import Within
from studiolo.requests import (
    GeneratedImage,
    ImageRequest,
    Progress,
    ProgressCallback,
    check_words,
    ignore_progress,
)
from studiolo.studio.choosing import Choice, check_engine, choose_engine
from studiolo.studio.core import POCKET, Core, cancellable
from studiolo.studio.preparing import Prepared, changed, lacks, ready, translated
from studiolo.studio.spending import Budget, Quote, limit_of


class Painting(Core):
    """Generates pictures and keeps them."""

    def generate(
        self,
        prompt: str | ImageRequest | None = None,
        /,
        *,
        engine: str | None = None,
        progress: ProgressCallback = ignore_progress,
        cancel: threading.Event | None = None,
        translate: bool = True,
        original_prompt: str = "",
        max_cost: float | None = None,
        **fields: Any,
    ) -> list[Picture]:
        """Paint, keep, and return the pictures; arguments as for :meth:`generate_each`."""
        each = self.generate_each(
            prompt,
            engine=engine,
            progress=progress,
            cancel=cancel,
            translate=translate,
            original_prompt=original_prompt,
            max_cost=max_cost,
            **fields,
        )
        return sorted(each, key=lambda picture: picture.seed or 0)

    def generate_each(
        self,
        prompt: str | ImageRequest | None = None,
        /,
        *,
        engine: str | None = None,
        progress: ProgressCallback = ignore_progress,
        cancel: threading.Event | None = None,
        translate: bool = True,
        original_prompt: str = "",
        max_cost: float | None = None,
        **fields: Any,
    ) -> Generator[Picture]:
        """Paint pictures; each is in the gallery before it is yielded, which is as soon as it is finished.

        Args:
            prompt: what to paint, or a whole request; may as well stand among the fields.
            engine: ``"pocket"``, ``"name:model"``, …; if not given the settings' engine, or another of this
                machine where that one cannot do it: the picture's notes say so.
            progress: called after each step, in the caller's thread.
            cancel: set it (from any thread) to stop within one step.
            translate: have a prompt that is in no language of the engine put into English by the settings'
                assistant first; the original is kept with the picture.
            original_prompt: what was typed, where the prompt was translated or improved from it elsewhere;
                kept with the picture.
            max_cost: what all of it may cost, in US dollars; the settings' limit if it is None, none at all
                if it is infinite. Where the price is a guess, pictures are painted one at a time, each only
                if what was paid so far leaves enough for it.
            fields: fields of :class:`ImageRequest`; beside a whole request, what changes in it.

        Raises:
            InputError: the request cannot be done as asked; nothing was painted.
            CostLimitError: it may cost more than ``max_cost``, or nobody knows what; nothing more is painted.
            EngineError: the engine failed; pictures yielded before are kept.
            GalleryError: a picture could not be kept.
            Cancelled: ``cancel`` was set; pictures yielded before are kept.
        """
        # Checked here, not at the first next(): a wrong request fails where it is made.
        return self._paint(
            self.request(prompt, **fields),
            engine=engine,
            progress=cancellable(progress, cancel),
            translate=translate,
            original_prompt=check_words(original_prompt, "original prompt"),
            max_cost=limit_of(max_cost, self.settings.max_cost),
        )

    def draft(self, prompt: str | ImageRequest | None = None, /, **fields: Any) -> GeneratedImage:
        """The pocket painter's draft alone: the planned scene, composed; not kept in the gallery.

        It can steer another engine as its init picture, which helps big models count
        and tell left from right.
        """
        request = self.request(prompt, **fields).model_copy(update={"strength": 0.0, "count": 1})
        prepared = self.prepare(request, engine=POCKET)
        return next(prepared.painter.generate(prepared.request))

    def request(self, prompt: str | ImageRequest | None = None, /, **fields: Any) -> ImageRequest:
        """The validated request for these arguments, as for :meth:`generate_each`.

        Raises:
            InvalidRequestError: a field is unknown, missing or out of range, or there are two prompts.
            InvalidImageError: a picture cannot be opened.
        """
        if isinstance(prompt, ImageRequest):
            if not fields:
                return prompt
            fields = changed(dict(prompt), fields)
        elif prompt is not None:
            if "prompt" in fields:
                raise InvalidRequestError("There are two prompts.", hint="Give one of them.")
            fields["prompt"] = prompt
        return ImageRequest.parse(fields, find_image=self.gallery.source_image)

    def prepare(self, request: ImageRequest, *, engine: str | None = None) -> Prepared:
        """The engine for ``request``, and the request as it gets it; paints nothing.

        Raises:
            UnknownEngineError: no such engine.
            UnsupportedRequestError: it cannot do this; the hint names engines that can.
            InvalidRequestError: a value is outside what it takes, or a mask prompt finds nothing.
            EngineError: a control map or mask cannot be made here.
        """
        begun = self._begin(request, engine)
        completed, notes = ready(begun.request, begun.painter.capabilities, self._looking)
        begun.painter.check(completed)
        return replace(begun, request=completed, notes=begun.notes + notes)

    def estimate(
        self, prompt: str | ImageRequest | None = None, /, *, engine: str | None = None, **fields: Any
    ) -> Quote:
        """What :meth:`generate` would cost with these arguments; paints, sends and asks nothing.

        Raises:
            InputError: the request cannot be done as asked.
        """
        begun = self._begin(self.request(prompt, **fields), engine)
        if not lacks(begun.request, begun.painter.capabilities):
            begun.painter.check(begun.request)
        return begun.quote

    def _begin(self, request: ImageRequest, engine: str | None) -> Prepared:
        """As :meth:`prepare`, without the maps and masks that are made for the engine: those take a while."""
        if engine is None:
            choice = choose_engine(self.registry, self.settings.engine, request)
        else:
            choice = Choice(engine=engine)
        painter = self.registry.resolve(choice.engine)
        check_engine(self.registry, painter.capabilities, request, choice.engine)
        resolved = resolve(painter.capabilities, request)
        notes = (choice.note,) if choice.note else ()
        return Prepared(engine=choice.engine, painter=painter, request=resolved, notes=notes)

    def _paint(
        self,
        request: ImageRequest,
        /,
        *,
        engine: str | None,
        progress: ProgressCallback,
        translate: bool,
        original_prompt: str,
        max_cost: float | None,
        notes: tuple[str, ...] = (),
        within: Within | None = None,
    ) -> Generator[Picture]:
        """As :meth:`generate_each`; each picture has ``notes`` and is kept with what ``within`` writes.

        ``max_cost`` None: whatever it costs.
        """
        prepared = self.prepare(request, engine=engine)
        budget = Budget(max_cost)
        budget.admit([prepared])
        return self._perform(
            replace(prepared, notes=notes + prepared.notes),
            budget,
            progress=progress,
            translate=translate,
            original_prompt=original_prompt,
            within=within,
        )

    def _perform(
        self,
        prepared: Prepared,
        budget: Budget,
        *,
        progress: ProgressCallback,
        translate: bool,
        original_prompt: str,
        within: Within | None = None,
    ) -> Generator[Picture]:
        """Paint and keep what ``budget`` has admitted."""
        translation = self._translation(prepared.painter, prepared.request, progress) if translate else None
        if translation is not None:
            prepared = translated(prepared, translation)
            if translation.text != translation.original:
                original_prompt = original_prompt or translation.original
        return self._keep_each(
            budget.paint(prepared, progress),
            notes=prepared.notes,
            original_prompt=original_prompt,
            within=within,
        )

    def _translation(
        self, painter: ImageEngine, request: ImageRequest, progress: ProgressCallback
    ) -> Translation | None:
        """The prompt in English, or as it is with a note; None if the painter reads its language."""
        from studiolo import languages

        # What is only enlarged or cut out keeps its prompt as a name; nobody reads it.
        understood = () if request.edits_only else painter.capabilities.languages
        found = languages.detect(request.prompt) if understood else None
        if found is None or found.code.split("-")[0] in understood:
            return None
        try:
            # Its steps are words, not those of the picture.
            return self.assistant().translate(
                request.prompt,
                language=found.code,
                progress=lambda _: progress(Progress(step=0, total=1, stage="translating")),
            )
        except InvalidRequestError:  # no dictionary of that language: the painter does what it can
            return Translation(
                text=request.prompt,
                original=request.prompt,
                language=found.code,
                language_name=found.name,
            )

    def _keep_each(
        self,
        painted: Generator[GeneratedImage],
        *,
        notes: tuple[str, ...],
        original_prompt: str,
        within: Within | None,
    ) -> Generator[Picture]:
        # Closed also where one cannot be kept: who holds that error would keep the others being painted.
        with closing(painted):
            for generated in painted:
                every = (*notes, *generated.notes, *_kept_to(generated))
                told = replace(generated, notes=tuple(dict.fromkeys(every)))
                yield self.gallery.add(told, original_prompt=original_prompt, within=within)


def _kept_to(generated: GeneratedImage) -> tuple[str, ...]:
    """How well the picture keeps to the palette it was asked in; nothing where none was, or nothing shows."""
    asked = generated.request.palette
    if not asked:
        return ()
    from studiolo.imaging.palette import fidelity

    try:
        found = fidelity(generated.image, asked)
    except InvalidImageError:  # all of it is transparent
        return ()
    inside, missed = f"{found.coverage:.0%} of the picture", f"ΔE {found.mean_delta_e:.1f} on average"
    return (f"palette: {inside} is in the colours asked for, missed by {missed}",)
