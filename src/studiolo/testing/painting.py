"""Promises about every painting: sizes, seeds, progress, cancelling, the engine's life."""

# ruff: noqa: S101 - a test suite is made of asserts

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

from PIL import Image

from studiolo.engines.checking import check
from studiolo.engines.resolving import resolve
from studiolo.errors import Cancelled
from studiolo.requests import GeneratedImage, ImageRequest, Progress
from studiolo.testing.asking import Asking, only, paints, pixels


class PaintingPromises(Asking):
    """Of a request without pictures, or the least that the engine can be asked for."""

    # One picture

    def test_a_picture_has_the_size_asked_for(self) -> None:
        """RGB, of the default size; and of another size, where the engine has one."""
        with self.make_engine() as engine:
            if not paints(engine):
                return
            sizes = engine.capabilities.sizes
            default = self._request(engine)
            assert only(self._paint(engine, default)).image.size == (default.width, default.height)
            width, height = sizes.nearest(sizes.default[0], sizes.default[1] // 2)
            picture = only(self._paint(engine, self._request(engine, width=width, height=height)))
            assert picture.image.size == (width, height)
            assert picture.image.mode == "RGB"

    def test_a_picture_carries_what_makes_it_again(self) -> None:
        """Its request, sent through JSON, is complete and paints the same picture."""
        with self.make_engine() as engine:
            first = only(self._paint(engine, self._request(engine)))
            assert first.engine, "a picture names its engine"
            assert first.model, "a picture names its model"
            assert all(seconds >= 0 for seconds in first.timings.values())
            kept = first.request.model_dump(mode="json")
            again = ImageRequest.parse(kept, find_image=first.request.source_images().__getitem__)
            assert again == first.request, "the request changes on its way through JSON"
            assert again.count == 1
            assert resolve(engine.capabilities, again) == again, "the request has gaps left for defaults"
            check(engine.capabilities, again, engine=first.engine)
            if self.seeded:
                assert pixels(only(self._paint(engine, again))) == pixels(first)

    # Seeds and counts

    def test_a_seed_decides_the_picture(self) -> None:
        """The same seed gives the same bytes, another seed another picture, if anything is painted."""
        with self.make_engine() as engine:
            one = only(self._paint(engine, self._request(engine, seed=11)))
            other = only(self._paint(engine, self._request(engine, seed=12)))
            assert not paints(engine) or pixels(one) != pixels(other), "two seeds gave one picture"
            if self.seeded:
                again = only(self._paint(engine, self._request(engine, seed=11)))
                assert pixels(one) == pixels(again), "one seed gave two pictures"

    def test_each_of_several_pictures_is_what_its_seed_gives_alone(self) -> None:
        """``count`` pictures have the seeds ``seed``, ``seed + 1`` and so on."""
        with self.make_engine() as engine:
            count = min(3, engine.capabilities.max_count)
            together = self._paint(engine, self._request(engine, seed=20, count=count))
            seeds = [picture.seed for picture in together]
            assert (seeds if self.in_turn else sorted(seeds)) == list(range(20, 20 + count))
            assert {picture.request.count for picture in together} == {1}
            if self.seeded:
                for picture in together:
                    alone = only(self._paint(engine, self._request(engine, seed=picture.seed)))
                    assert pixels(alone) == pixels(picture), f"seed {picture.seed} differs alone"

    # Progress and cancelling

    def test_progress_climbs_to_its_total(self) -> None:
        """For each picture: steps that never go down, and end at the total."""
        with self.make_engine() as engine:
            count = min(2, engine.capabilities.max_count)
            reports: list[Progress] = []
            self._paint(engine, self._request(engine, count=count), reports.append)
        assert sorted({report.index for report in reports}) == list(range(count))
        assert {report.count for report in reports} == {count}
        for index in range(count):
            mine = [report for report in reports if report.index == index]
            assert len({report.total for report in mine}) == 1, "the total changes on the way"
            assert all(before.step <= after.step for before, after in pairwise(mine)), "steps go down"
            assert mine[-1].step == mine[-1].total, f"ended at {mine[-1].step} of {mine[-1].total}"

    def test_previews_are_pictures(self) -> None:
        """Where previews are declared, reports have one, most often each, that can be looked at."""
        previews: list[Image.Image | None] = []
        with self.make_engine() as engine:
            declared = engine.capabilities.previews

            def look(report: Progress) -> None:
                previews.append(report.preview() if report.preview is not None else None)

            self._paint(engine, self._request(engine), look)
        if declared:
            if not self.previews_throughout:
                previews = [preview for preview in previews if preview is not None]
            assert previews, "previews are declared, but there was none"
            assert all(
                preview is not None and preview.mode == "RGB" and min(preview.size) > 0
                for preview in previews
            )

    def test_cancelling_stops_at_once_and_keeps_what_is_finished(self) -> None:
        """``Cancelled`` raised in ``progress`` passes through; no further step is taken."""
        with self.make_engine() as engine:
            last = min(2, engine.capabilities.max_count) - 1
            request = self._request(engine, count=last + 1)
            finished: list[GeneratedImage] = []
            reports_after: list[Progress] = []
            stopped = False

            def stop_in_last_picture(report: Progress) -> None:
                nonlocal stopped
                if stopped:
                    reports_after.append(report)
                if report.index == last:
                    stopped = True
                    raise Cancelled

            cancelled = False
            try:
                for picture in engine.generate(request, stop_in_last_picture):
                    finished.append(picture)  # noqa: PERF402 - those before the exception are wanted
            except Cancelled:
                cancelled = True
            assert cancelled, "Cancelled was swallowed"
            assert len(finished) == last or not self.in_turn, "the pictures finished before are yielded"
            assert not reports_after, "it went on painting"
            assert self._paint(engine, request), "it can be used again afterwards"

    # Life cycle

    def test_it_can_be_closed_twice_and_used_again(self) -> None:
        """``close`` frees; the next ``generate`` loads anew and paints the same."""
        engine = self.make_engine()
        before = only(self._paint(engine, self._request(engine)))
        engine.close()
        engine.close()
        after = only(self._paint(engine, self._request(engine)))
        engine.close()
        if self.seeded:
            assert pixels(before) == pixels(after)

    def test_two_threads_may_paint_at_once(self) -> None:
        """Each gets the pictures it would get alone."""
        with self.make_engine() as engine:
            requests = [self._request(engine, seed=seed) for seed in (31, 32)]
            alone = [pixels(only(self._paint(engine, request))) for request in requests]
            with ThreadPoolExecutor(len(requests)) as threads:
                running = [threads.submit(self._paint, engine, request) for request in requests]
                together = [painting.result() for painting in running]
            assert [only(pictures).seed for pictures in together] == [31, 32]
            if self.seeded:
                assert [pixels(only(pictures)) for pictures in together] == alone
