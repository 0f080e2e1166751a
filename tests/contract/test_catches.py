"""The contract is worth something only if it catches engines that break it: one fault each."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PIL import Image

from studiolo.engines.base import Availability, ImageEngine
from studiolo.engines.capabilities import Range, Sizes
from studiolo.engines.fake import FakeImageEngine
from studiolo.errors import Cancelled
from studiolo.requests import Progress, ignore_progress
from studiolo.testing import ImageEngineContract


class Sound(FakeImageEngine):
    """The fake engine, with a place for each fault."""

    def changed(self, **update):
        return super().capabilities.model_copy(update=update)

    def regenerated(self, request, progress=ignore_progress, **update):
        for picture in super().generate(request, progress):
            yield type(picture)(**{**vars(picture), **update})


class ReadsWhenBuilt(Sound):
    def __init__(self):
        super().__init__()
        Path(__file__).read_bytes()


class DefaultSizeNotItsOwn(Sound):
    @property
    def capabilities(self):
        return self.changed(sizes=Sizes(minimum=64, maximum=128, multiple=64, default=(100, 100)))


class DefaultStepsOutOfRange(Sound):
    @property
    def capabilities(self):
        return self.changed(steps=Range(minimum=1, maximum=4, default=9))


class NotReadyWithoutAWord(Sound):
    def availability(self):
        return Availability(ready=False)


class AlwaysSquare(Sound):
    def generate(self, request, progress=ignore_progress):
        return self.regenerated(request, progress, image=Image.new("RGB", (64, 64)))


class WithAlpha(Sound):
    def generate(self, request, progress=ignore_progress):
        for picture in super().generate(request, progress):
            yield type(picture)(**{**vars(picture), "image": picture.image.convert("RGBA")})


class ForgetsSteps(Sound):
    def generate(self, request, progress=ignore_progress):
        for picture in super().generate(request, progress):
            incomplete = picture.request.model_copy(update={"steps": None})
            yield type(picture)(**{**vars(picture), "request": incomplete})


class IgnoresSeed(Sound):
    def generate(self, request, progress=ignore_progress):
        for picture in super().generate(request.model_copy(update={"seed": 1}), progress):
            yield type(picture)(**{**vars(picture), "request": request})


class DifferentEachTime(Sound):
    painted = 0

    def generate(self, request, progress=ignore_progress):
        for picture in super().generate(request, progress):
            DifferentEachTime.painted += 1
            picture.image.putpixel((0, 0), (DifferentEachTime.painted % 256, 0, 0))
            yield picture


class SameSeedForAll(Sound):
    def generate(self, request, progress=ignore_progress):
        for index in range(request.count):
            one = request.model_copy(update={"count": 1})

            def report(step: Progress, index=index):
                progress(Progress(step=step.step, total=step.total, index=index, count=request.count))

            yield from super().generate(one, report)


class StopsReportingEarly(Sound):
    def generate(self, request, progress=ignore_progress):
        return super().generate(request, lambda step: progress(step) if step.step < step.total else None)


class NoPreviews(Sound):
    def generate(self, request, progress=ignore_progress):
        return super().generate(request, lambda step: progress(Progress(step=step.step, total=step.total)))


class SwallowsCancelled(Sound):
    def generate(self, request, progress=ignore_progress):
        try:
            yield from super().generate(request, progress)
        except Cancelled:
            return


class PaintsAllFirst(Sound):
    def generate(self, request, progress=ignore_progress):
        return iter(list(super().generate(request, progress)))


class LeavesInitPicture(Sound):
    def generate(self, request, progress=ignore_progress):
        return super().generate(request.model_copy(update={"strength": 1.0}), progress)


class IgnoresMask(Sound):
    def generate(self, request, progress=ignore_progress):
        for picture in super().generate(request.model_copy(update={"mask": None}), progress):
            kept = picture.request.model_copy(update={"mask": request.mask})
            yield type(picture)(**{**vars(picture), "request": kept})


class GrowsToMultiples(Sound):
    def generate(self, request, progress=ignore_progress):
        for picture in super().generate(request, progress):
            width, height = (-(-side // 8) * 8 for side in picture.image.size)
            padded = picture.image.crop((0, 0, width, height))
            yield type(picture)(**{**vars(picture), "image": padded})


class BlendsEverySeam(Sound):
    def generate(self, request, progress=ignore_progress):
        for picture in super().generate(request.model_copy(update={"seam": "default"}), progress):
            kept = picture.request.model_copy(update={"seam": request.seam})
            yield type(picture)(**{**vars(picture), "request": kept})


class IgnoresSimilarity(Sound):
    def generate(self, request, progress=ignore_progress):
        same = request.model_copy(update={"similarity": 0.2} if request.references else {})
        for picture in super().generate(same, progress):
            kept = picture.request.model_copy(update={"similarity": request.similarity})
            yield type(picture)(**{**vars(picture), "request": kept})


class IgnoresPalette(Sound):
    def generate(self, request, progress=ignore_progress):
        plain = request.model_copy(update={"palette": ()})
        for picture in super().generate(plain, progress):
            kept = picture.request.model_copy(update={"palette": request.palette})
            yield type(picture)(**{**vars(picture), "request": kept})


class ForgetsPalette(Sound):
    def generate(self, request, progress=ignore_progress):
        for picture in super().generate(request, progress):
            forgotten = picture.request.model_copy(update={"palette": ()})
            yield type(picture)(**{**vars(picture), "request": forgotten})


class EnlargesByOneMore(Sound):
    def generate(self, request, progress=ignore_progress):
        wider = request.model_copy(update={"width": (request.width or 0) + 1})
        for picture in super().generate(wider if request.upscale else request, progress):
            yield type(picture)(**{**vars(picture), "request": request})


class LosesTransparency(Sound):
    def generate(self, request, progress=ignore_progress):
        for picture in super().generate(request, progress):
            yield type(picture)(**{**vars(picture), "image": picture.image.convert("RGB")})


class EnlargesSomethingElse(Sound):
    def generate(self, request, progress=ignore_progress):
        for picture in super().generate(request, progress):
            image = Image.new(picture.image.mode, picture.image.size, (0, 255, 0))
            yield type(picture)(**{**vars(picture), "image": image})


class DulledByCutting(Sound):
    def generate(self, request, progress=ignore_progress):
        for picture in super().generate(request, progress):
            dull = Image.blend(picture.image, Image.new(picture.image.mode, picture.image.size), 0.1)
            if request.remove_background:
                dull.putalpha(picture.image.getchannel("A"))
            yield type(picture)(**{**vars(picture), "image": dull})


class CutsOutEverything(Sound):
    def generate(self, request, progress=ignore_progress):
        for picture in super().generate(request, progress):
            if request.remove_background:
                picture.image.putalpha(0)
            yield picture


class DoesNotSurviveClose(Sound):
    closed = False

    def generate(self, request, progress=ignore_progress):
        assert not self.closed, "used after close"
        return super().generate(request, progress)

    def close(self):
        self.closed = True


class SharesStateBetweenThreads(Sound):
    meeting = threading.Barrier(2)

    def generate(self, request, progress=ignore_progress):
        self.request = request
        try:
            self.meeting.wait(timeout=0.3)  # two at once meet here; one alone goes on
        except threading.BrokenBarrierError:
            self.meeting.reset()
        return super().generate(self.request, progress)


FAULTS: list[tuple[type[ImageEngine], str, str]] = [
    (ReadsWhenBuilt, "test_constructing_touches_nothing", "input or output"),
    (DefaultSizeNotItsOwn, "test_declarations_hold_together", "own sizes"),
    (DefaultStepsOutOfRange, "test_declarations_hold_together", "steps"),
    (NotReadyWithoutAWord, "test_availability_is_said", ""),
    (AlwaysSquare, "test_a_picture_has_the_size_asked_for", ""),
    (WithAlpha, "test_a_picture_has_the_size_asked_for", "RGBA"),
    (ForgetsSteps, "test_a_picture_carries_what_makes_it_again", "gaps"),
    (IgnoresSeed, "test_a_seed_decides_the_picture", "two seeds gave one picture"),
    (DifferentEachTime, "test_a_seed_decides_the_picture", "one seed gave two pictures"),
    (SameSeedForAll, "test_each_of_several_pictures_is_what_its_seed_gives_alone", ""),
    (StopsReportingEarly, "test_progress_climbs_to_its_total", "ended at"),
    (NoPreviews, "test_previews_are_pictures", ""),
    (SwallowsCancelled, "test_cancelling_stops_at_once_and_keeps_what_is_finished", "swallowed"),
    (PaintsAllFirst, "test_cancelling_stops_at_once_and_keeps_what_is_finished", "finished before"),
    (LeavesInitPicture, "test_image_to_image_starts_from_the_picture", "strength 0"),
    (IgnoresMask, "test_inpainting_keeps_what_the_mask_keeps", "kept half"),
    (GrowsToMultiples, "test_outpainting_grows_by_the_margins", "is not"),
    (BlendsEverySeam, "test_outpainting_grows_by_the_margins", "precise"),
    (IgnoresSimilarity, "test_variations_are_the_nearer_the_more_similar", "no nearer"),
    (IgnoresPalette, "test_a_palette_is_painted_in", "no nearer than without"),
    (ForgetsPalette, "test_a_palette_is_painted_in", ""),
    (EnlargesByOneMore, "test_upscaling_multiplies_the_sides", "is not"),
    (LosesTransparency, "test_upscaling_multiplies_the_sides", "RGBA became RGB"),
    (EnlargesSomethingElse, "test_upscaling_multiplies_the_sides", "away"),
    (LosesTransparency, "test_removing_the_background_keeps_the_colours", "no transparency"),
    (DulledByCutting, "test_removing_the_background_keeps_the_colours", "colours of opaque pixels"),
    (CutsOutEverything, "test_removing_the_background_keeps_the_colours", "nothing was left"),
    (DoesNotSurviveClose, "test_it_can_be_closed_twice_and_used_again", "used after close"),
    (SharesStateBetweenThreads, "test_two_threads_may_paint_at_once", ""),
]


@pytest.mark.parametrize(("engine", "test", "said"), FAULTS, ids=lambda value: getattr(value, "__name__", ""))
def test_contract_catches(engine: type[ImageEngine], test: str, said: str):
    class Contract(ImageEngineContract):
        def make_engine(self):
            return engine()

    with pytest.raises(AssertionError, match=said or None):
        getattr(Contract(), test)()


def test_every_test_of_the_contract_has_a_fault_it_catches():
    tests = {name for name in dir(ImageEngineContract) if name.startswith("test_")}
    # A wrong check() cannot be had by an engine: the check is studiolo's own, on declared data.
    assert tests - {test for _, test, _ in FAULTS} == {"test_what_it_cannot_do_is_refused_before_it_is_tried"}


def test_an_engine_without_the_picture_tasks_passes_by_refusing_them():
    class TextOnly(Sound):
        @property
        def capabilities(self):
            return self.changed(tasks=frozenset({"text-to-image"}), strength=None)

    class Contract(ImageEngineContract):
        def make_engine(self):
            return TextOnly()

    Contract().test_image_to_image_starts_from_the_picture()
    Contract().test_inpainting_keeps_what_the_mask_keeps()
    Contract().test_outpainting_grows_by_the_margins()
    Contract().test_variations_are_the_nearer_the_more_similar()
