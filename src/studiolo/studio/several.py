"""The facade's row of easels: several requests in one call, each picture handed over when it is finished."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from studiolo.errors import InvalidRequestError, StudioloError
from studiolo.gallery import Picture
from studiolo.requests import ImageRequest, ProgressCallback, check_words, ignore_progress
from studiolo.studio.core import cancellable
from studiolo.studio.crew import Errand, concerns_all, run
from studiolo.studio.painting import Painting
from studiolo.studio.preparing import Prepared
from studiolo.studio.spending import Budget, limit_of

Failed = Callable[[int, StudioloError], None]
"""Told which request failed, by its place among them, and why."""

_SHOWN: Final = 40


@dataclass(frozen=True, kw_only=True)
class Painted:
    """A picture of several requests.

    ``request`` is the place of its request among them, ``index`` its own place in that; both from 0.
    """

    request: int
    index: int
    picture: Picture


class Several(Painting):
    """Paints several requests in one call."""

    def generate_many(
        self,
        requests: Sequence[str | ImageRequest],
        /,
        *,
        engine: str | None = None,
        progress: ProgressCallback = ignore_progress,
        cancel: threading.Event | None = None,
        translate: bool = True,
        original_prompts: Sequence[str] = (),
        max_cost: float | None = None,
        failed: Failed | None = None,
    ) -> Generator[Painted]:
        """Paint several requests, at once where the engine's service takes several, else one after the other.

        All are checked before the first is painted. A request that fails does not keep the others from being
        painted, unless they would fail, too: without a key, say. Pictures come as they are finished, in
        whatever order; each is in the gallery before it is yielded.

        Args:
            requests: prompts, or whole requests.
            engine: as for :meth:`generate_each`.
            progress: as for :meth:`generate_each`; ``index`` and ``count`` are of all pictures together.
            cancel: as for :meth:`generate_each`.
            translate: as for :meth:`generate_each`.
            original_prompts: of each request what was typed, as for :meth:`generate_each`; none if empty.
            max_cost: as for :meth:`generate_each`, of all requests together.
            failed: called, in the caller's thread, with each request that fails.

        Raises:
            InputError: one of the requests cannot be done as asked; nothing was painted.
            CostLimitError: all of it may cost more than ``max_cost``; nothing more is painted.
            StudioloError: the first error of those that failed, after the pictures of the others.
            Cancelled: ``cancel`` was set; pictures yielded before are kept.
        """
        typed = original_prompts or [""] * len(requests)
        if len(typed) != len(requests):
            raise InvalidRequestError(
                f"There are {len(requests)} requests and {len(typed)} original prompts.",
                hint="Give one for each request, empty where nothing else was typed.",
            )
        prepared = [self.prepare(self.request(each), engine=engine) for each in requests]
        budget = Budget(limit_of(max_cost, self.settings.max_cost))
        budget.admit(prepared)
        errands: list[Errand] = []
        total = sum(each.request.count for each in prepared)
        for number, (each, words) in enumerate(zip(prepared, typed, strict=True)):
            paint = partial(
                self._perform_one,
                each,
                budget,
                translate=translate,
                original_prompt=check_words(words, "original prompt"),
            )
            errands.append(
                Errand(
                    number=number,
                    first=sum(one.request.count for one in prepared[:number]),
                    total=total,
                    capabilities=each.painter.capabilities,
                    paint=paint,
                )
            )
        return _paint_all(prepared, errands, cancellable(progress, cancel), budget, failed)

    def _perform_one(
        self,
        prepared: Prepared,
        budget: Budget,
        progress: ProgressCallback,
        *,
        translate: bool,
        original_prompt: str,
    ) -> Generator[Picture]:
        return self._perform(
            prepared, budget, progress=progress, translate=translate, original_prompt=original_prompt
        )


def _paint_all(
    prepared: Sequence[Prepared],
    errands: Sequence[Errand],
    progress: ProgressCallback,
    budget: Budget,
    failed: Failed | None,
) -> Generator[Painted]:
    first: StudioloError | None = None
    for errand, news in run(errands, progress, in_turn=budget.one_by_one):
        request = prepared[errand.number].request
        if isinstance(news, Picture):
            index = (news.seed or 0) - (request.seed or 0)
            yield Painted(request=errand.number, index=index, picture=news)
            continue
        if len(errands) > 1 and not concerns_all(news):
            news.message = f"{_shown(request.prompt)}: {news.message}"
        first = first or news
        if failed is not None:
            failed(errand.number, news)
    if first is not None:
        raise first


def _shown(prompt: str) -> str:
    return f"'{prompt}'" if len(prompt) <= _SHOWN else f"'{prompt[: _SHOWN - 1]}…'"
