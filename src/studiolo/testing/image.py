"""The promises every image engine keeps, as a test suite to subclass."""

# ruff: noqa: S101 - a test suite is made of asserts

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np
from PIL import Image, ImageDraw

from studiolo.engines.base import Availability, ImageEngine
from studiolo.engines.capabilities import Capabilities
from studiolo.engines.checking import check, resolve
from studiolo.errors import Cancelled, InputError, UnsupportedRequestError
from studiolo.imaging.palette import MAX_COLOURS, fidelity
from studiolo.requests import GeneratedImage, ImageRequest, Progress, ProgressCallback, ignore_progress
from studiolo.testing.watching import watch_input_and_output

__all__ = ["ImageEngineContract"]

_OPAQUE = 255


class ImageEngineContract:
    """Subclass it, name the subclass ``Test…``, and give :meth:`make_engine`.

    The class attributes say what the tests may ask of your engine: set ``fields`` to what makes
    it fast, and loosen the tolerances only as far as your engine's nature demands.
    """

    prompt: ClassVar[str] = "a red apple on a table"
    fields: ClassVar[Mapping[str, Any]] = {}
    """Fields of every request, for example ``{"width": 64, "height": 64, "steps": 4}``."""

    seeded: ClassVar[bool] = True
    """Whether the same seed gives the same bytes; False only for a service that does not promise it."""

    in_turn: ClassVar[bool] = True
    """Whether the pictures of a request are painted one after the other; False if several at once."""

    kept_within: ClassVar[float] = 2.0
    """Mean difference (of 255) allowed where a mask says: keep."""

    strength_zero_within: ClassVar[float] = 12.0
    """Mean difference (of 255) allowed to an init picture at strength 0; an autoencoder needs some."""

    upscaled_within: ClassVar[float] = 12.0
    """Mean difference (of 255) allowed between a picture enlarged and one enlarged with a bicubic filter."""

    palettes: ClassVar[tuple[tuple[str, ...], ...]] = (
        ("#264653", "#2a9d8f", "#e9c46a"),
        ("#3a0ca3", "#f72585", "#4cc9f0"),
    )
    """Colours that an engine with palettes is asked to paint in."""

    def make_engine(self) -> ImageEngine:
        """A new engine, as a user would get it."""
        raise NotImplementedError

    # Construction and declarations

    def test_constructing_touches_nothing(self) -> None:
        """An engine is built to be asked what it can do; files and sockets wait for generate()."""
        self.make_engine().close()  # imports happen here
        with watch_input_and_output() as events:
            self.make_engine()
        assert not events, f"construction did input or output: {events[:3]}"

    def test_declarations_hold_together(self) -> None:
        """Every declared default lies in its own range, and every default request passes the check."""
        with self.make_engine() as engine:
            able = engine.capabilities
            assert isinstance(able, Capabilities)
            assert able.description.endswith("."), "the description is one sentence"
            assert able.tasks, "an engine without tasks cannot be asked for anything"
            assert able.sizes.allows(*able.sizes.default), f"{able.sizes.default} is not among its own sizes"
            for name in ("steps", "guidance_scale", "strength"):
                knob = getattr(able, name)
                assert knob is None or knob.minimum <= knob.default <= knob.maximum, f"{name}: {knob}"
            assert able.draft_strength is None or able.strength is not None
            assert engine.capabilities == able, "capabilities change from one look to the next"
            request = ImageRequest.parse(self._least(engine))
            check(able, request, engine="the engine")
            complete = resolve(able, request)
            check(able, complete, engine="the engine")
            assert resolve(able, complete) == complete, "a complete request stays as it is"

    def test_availability_is_said(self) -> None:
        """An engine that is not ready says why and what mends it."""
        with self.make_engine() as engine:
            available = engine.availability()
        assert isinstance(available, Availability)
        assert available.ready or (available.reason and available.hint)

    # One picture

    def test_a_picture_has_the_size_asked_for(self) -> None:
        """RGB, of the default size; and of another size, where the engine has one."""
        with self.make_engine() as engine:
            if not _paints(engine):
                return
            sizes = engine.capabilities.sizes
            default = self._request(engine)
            assert _only(self._paint(engine, default)).image.size == (default.width, default.height)
            width, height = sizes.nearest(sizes.default[0], sizes.default[1] // 2)
            picture = _only(self._paint(engine, self._request(engine, width=width, height=height)))
            assert picture.image.size == (width, height)
            assert picture.image.mode == "RGB"

    def test_a_picture_carries_what_makes_it_again(self) -> None:
        """Its request, sent through JSON, is complete and paints the same picture."""
        with self.make_engine() as engine:
            first = _only(self._paint(engine, self._request(engine)))
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
                assert _bytes(_only(self._paint(engine, again))) == _bytes(first)

    # Seeds and counts

    def test_a_seed_decides_the_picture(self) -> None:
        """The same seed gives the same bytes, another seed another picture, if anything is painted."""
        with self.make_engine() as engine:
            one = _only(self._paint(engine, self._request(engine, seed=11)))
            other = _only(self._paint(engine, self._request(engine, seed=12)))
            assert not _paints(engine) or _bytes(one) != _bytes(other), "two seeds gave one picture"
            if self.seeded:
                again = _only(self._paint(engine, self._request(engine, seed=11)))
                assert _bytes(one) == _bytes(again), "one seed gave two pictures"

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
                    alone = _only(self._paint(engine, self._request(engine, seed=picture.seed)))
                    assert _bytes(alone) == _bytes(picture), f"seed {picture.seed} differs alone"

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
        """Where previews are declared, each report has one that can be looked at."""
        previews: list[Image.Image | None] = []
        with self.make_engine() as engine:
            declared = engine.capabilities.previews

            def look(report: Progress) -> None:
                previews.append(report.preview() if report.preview is not None else None)

            self._paint(engine, self._request(engine), look)
        if declared:
            assert previews, "previews are declared, but there was no progress"
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

    # Pictures to start from

    def test_image_to_image_starts_from_the_picture(self) -> None:
        """Strength 0 keeps the init picture; an engine without the task refuses it."""
        with self.make_engine() as engine:
            fields = {"init_image": self._source_picture(engine)}
            if self._refuses(engine, "image-to-image", fields):
                return
            strength = engine.capabilities.strength
            if strength is not None and strength.minimum == 0:
                kept = _only(self._paint(engine, self._request(engine, strength=0.0, **fields)))
                difference = _difference(kept.image, fields["init_image"])
                assert difference <= self.strength_zero_within, f"strength 0 is {difference:.1f} away"
            default = _only(self._paint(engine, self._request(engine, **fields)))
            assert _difference(default.image, fields["init_image"]) > 0, "nothing was painted"
            self._assert_round_trip(engine, default)

    def test_inpainting_keeps_what_the_mask_keeps(self) -> None:
        """Black stays, white changes; an engine without the task refuses it."""
        with self.make_engine() as engine:
            source = self._source_picture(engine)
            mask = Image.new("L", source.size, 0)
            mask.paste(255, (source.width // 2, 0, source.width, source.height))
            fields = {"init_image": source, "mask": mask}
            if self._refuses(engine, "inpainting", fields):
                return
            picture = _only(self._paint(engine, self._request(engine, **fields)))
            kept = (0, 0, source.width // 2, source.height)
            anew = (source.width // 2, 0, source.width, source.height)
            difference = _difference(picture.image.crop(kept), source.crop(kept))
            assert difference <= self.kept_within, f"the kept half is {difference:.1f} away"
            assert _difference(picture.image.crop(anew), source.crop(anew)) > 0, "nothing was painted"
            self._assert_round_trip(engine, picture)

    def test_outpainting_grows_by_the_margins(self) -> None:
        """To the pixel, with whatever margins; with the seam ``precise`` no pixel of the picture changes."""
        with self.make_engine() as engine:
            source = self._source_picture(engine)
            left, top, right, bottom = 24, 0, 9, 17
            fields = {"init_image": source, "outpaint": (left, top, right, bottom)}
            if self._refuses(engine, "outpainting", fields):
                return
            seam = {"seam": "precise"} if "precise" in engine.capabilities.seams else {}
            grown = _only(self._edit(engine, prompt=self.prompt, **{**self._steps(), **fields, **seam}))
            size = source.width + left + right, source.height + top + bottom
            assert grown.image.size == size, f"{grown.image.size} is not {size}"
            if seam:
                there = grown.image.crop((left, top, left + source.width, top + source.height))
                assert there.tobytes() == source.tobytes(), "the picture changed under a precise seam"
            self._assert_round_trip(engine, grown)

    # Pictures to be like

    def test_variations_are_the_nearer_the_more_similar(self) -> None:
        """On the whole the most similar lie nearer to the reference, and seeds differ."""
        with self.make_engine() as engine:
            reference = self._source_picture(engine)
            fields = {"references": [reference]}
            if self._refuses(engine, "variation", fields):
                return
            assert engine.capabilities.references, "variation is declared, but no reference picture"
            similarity = engine.capabilities.similarity
            if similarity is None:
                return
            near, far = (
                [_only(self._paint(engine, self._request(engine, seed=seed, similarity=value, **fields)))
                for seed in (1, 2)]
                for value in (similarity.maximum, similarity.minimum)
            )  # fmt: skip
            wanted = self._request(engine, **fields)
            assert near[0].image.size == (wanted.width, wanted.height)
            assert _bytes(near[0]) != _bytes(near[1]), "two seeds gave one variation"
            away = [sum(_difference(each.image, reference) for each in some) for some in (near, far)]
            assert away[0] < away[1], "the most similar is no nearer than the least"
            self._assert_round_trip(engine, near[0])

    # Edits that paint nothing

    def test_upscaling_multiplies_the_sides(self) -> None:
        """Exactly so many times as large, odd sizes too; still that picture, and transparent where it was."""
        with self.make_engine() as engine:
            if self._refuses(engine, "upscaling", {"init_image": _drawn(), "upscale": 2}):
                return
            assert engine.capabilities.upscale, "upscaling is declared, but no factor"
            for factor in engine.capabilities.upscale:
                for source in (_drawn(), _drawn().crop((0, 0, 33, 17)).convert("RGB")):
                    larger = _only(self._edit(engine, init_image=source, upscale=factor))
                    size = source.width * factor, source.height * factor
                    assert larger.image.size == size, f"{larger.image.size} is not {size}"
                    assert larger.image.mode == source.mode, f"{source.mode} became {larger.image.mode}"
                    assert (larger.request.width, larger.request.height) == size
                    plain = source.resize(size, Image.Resampling.BICUBIC)
                    away = _difference(_on_white(larger.image), _on_white(plain))
                    assert away <= self.upscaled_within, f"the enlarged picture is {away:.1f} away"
                    self._assert_round_trip(engine, larger)

    def test_removing_the_background_keeps_the_colours(self) -> None:
        """RGBA of the picture's size, in part transparent; what is opaque has the colours it had."""
        with self.make_engine() as engine:
            source = _drawn().convert("RGB")
            if self._refuses(engine, "background-removal", {"init_image": source, "remove_background": True}):
                return
            cut = _only(self._edit(engine, init_image=source, remove_background=True))
            assert cut.image.size == source.size
            assert cut.image.mode == "RGBA", f"{cut.image.mode} has no transparency"
            alpha = np.asarray(cut.image.getchannel("A"))
            opaque = alpha == _OPAQUE
            assert opaque.any(), "nothing was left"
            assert not opaque.all(), "nothing was cut out"
            assert (np.asarray(cut.image)[opaque, :3] == np.asarray(source)[opaque]).all(), (
                "colours of opaque pixels changed"
            )
            self._assert_round_trip(engine, cut)

    # Colours

    def test_a_palette_is_painted_in(self) -> None:
        """Pictures come nearer to the colours asked for; an engine without palettes refuses them."""
        with self.make_engine() as engine:
            most = engine.capabilities.palette
            if not most:
                assert not self._allows(engine, {"palette": ["#336699"]}), "a palette passes the check"
                return
            plain = _only(self._paint(engine, self._request(engine)))
            for asked in self.palettes:
                palette = asked[:most]
                picture = _only(self._paint(engine, self._request(engine, palette=palette)))
                before, after = (fidelity(image, palette) for image in (plain.image, picture.image))
                assert after.mean_delta_e < before.mean_delta_e, f"{palette}: no nearer than without"
                assert picture.request.palette == palette
                self._assert_round_trip(engine, picture)
            too_many = [f"#0000{blue:02x}" for blue in range(most + 1)]
            if most < MAX_COLOURS:
                assert not self._allows(engine, {"palette": too_many}), "too many colours pass the check"

    # Refusals

    def test_what_it_cannot_do_is_refused_before_it_is_tried(self) -> None:
        """Sizes, counts, knobs and options outside the declaration do not pass the check."""
        with self.make_engine() as engine:
            able = engine.capabilities
            outside: list[dict[str, Any]] = [
                {"options": {"no_such_option": True}},
                {"scheduler": "no-such-scheduler"},
                {"seed": able.max_seed, "count": 2},
            ]
            outside += [
                {name: knob.maximum + 1}
                for name in ("steps", "guidance_scale")
                if (knob := getattr(able, name)) is not None and knob.maximum + 1 <= 50
            ]
            if _paints(engine):
                outside.append({"width": able.sizes.maximum + able.sizes.multiple})
            if not able.negative_prompt:
                outside.append({"negative_prompt": "blur"})
            for fields in outside:
                assert not self._allows(engine, fields), f"{fields} passed the check"

    # Life cycle

    def test_it_can_be_closed_twice_and_used_again(self) -> None:
        """``close`` frees; the next ``generate`` loads anew and paints the same."""
        engine = self.make_engine()
        before = _only(self._paint(engine, self._request(engine)))
        engine.close()
        engine.close()
        after = _only(self._paint(engine, self._request(engine)))
        engine.close()
        if self.seeded:
            assert _bytes(before) == _bytes(after)

    def test_two_threads_may_paint_at_once(self) -> None:
        """Each gets the pictures it would get alone."""
        with self.make_engine() as engine:
            requests = [self._request(engine, seed=seed) for seed in (31, 32)]
            alone = [_bytes(_only(self._paint(engine, request))) for request in requests]
            with ThreadPoolExecutor(len(requests)) as threads:
                running = [threads.submit(self._paint, engine, request) for request in requests]
                together = [painting.result() for painting in running]
            assert [_only(pictures).seed for pictures in together] == [31, 32]
            if self.seeded:
                assert [_bytes(_only(pictures)) for pictures in together] == alone

    # How the tests ask

    def _request(self, engine: ImageEngine, **fields: Any) -> ImageRequest:
        return self._complete(engine, {**self._least(engine), "seed": 7, **self.fields, **fields})

    def _least(self, engine: ImageEngine) -> dict[str, Any]:
        """The least this engine can be asked for: to paint, else to edit a picture."""
        tasks = engine.capabilities.tasks
        if "text-to-image" in tasks:
            return {"prompt": self.prompt}
        if "upscaling" in tasks:
            return {"init_image": _drawn(), "upscale": engine.capabilities.upscale[0]}
        if "background-removal" in tasks:
            return {"init_image": _drawn(), "remove_background": True}
        return {"prompt": self.prompt, "init_image": _drawn()}

    def _steps(self) -> dict[str, Any]:
        """The fields of every request without its size: what grows has another."""
        return {name: value for name, value in self.fields.items() if name not in {"width", "height"}}

    def _edit(self, engine: ImageEngine, **fields: Any) -> list[GeneratedImage]:
        return self._paint(engine, self._complete(engine, {"seed": 7, **fields}))

    def _complete(self, engine: ImageEngine, fields: Mapping[str, Any]) -> ImageRequest:
        request = ImageRequest.parse(fields)
        check(engine.capabilities, request, engine="the engine")
        return resolve(engine.capabilities, request)

    def _paint(
        self, engine: ImageEngine, request: ImageRequest, progress: ProgressCallback = ignore_progress
    ) -> list[GeneratedImage]:
        pictures = list(engine.generate(request, progress))
        assert len(pictures) == request.count, f"{request.count} asked for, {len(pictures)} painted"
        assert all(isinstance(picture, GeneratedImage) for picture in pictures)
        return pictures

    def _source_picture(self, engine: ImageEngine) -> Image.Image:
        request = self._request(engine)
        width, height = request.width or 0, request.height or 0
        across = np.linspace(60, 200, width, dtype=np.float32)[None, :].repeat(height, axis=0)
        down = np.linspace(80, 180, height, dtype=np.float32)[:, None].repeat(width, axis=1)
        return Image.fromarray(np.stack([across, down, np.full_like(down, 120)], axis=-1).astype(np.uint8))

    def _allows(self, engine: ImageEngine, fields: Mapping[str, Any]) -> bool:
        try:
            self._request(engine, **fields)
        except InputError:
            return False
        return True

    def _refuses(self, engine: ImageEngine, task: str, fields: Mapping[str, Any]) -> bool:
        """Whether ``task`` is not declared; then the check must refuse it."""
        if task in engine.capabilities.tasks:
            return False
        words = {} if "upscale" in fields or "remove_background" in fields else {"prompt": self.prompt}
        try:
            self._complete(engine, {**words, **fields})
        except UnsupportedRequestError:
            return True
        raise AssertionError(f"{task} is not declared, but passes the check")

    def _assert_round_trip(self, engine: ImageEngine, picture: GeneratedImage) -> None:
        sources = picture.request.source_images()
        again = ImageRequest.parse(picture.request.model_dump(mode="json"), find_image=sources.__getitem__)
        assert again == picture.request
        if self.seeded:
            assert _bytes(_only(self._paint(engine, again))) == _bytes(picture)


def _paints(engine: ImageEngine) -> bool:
    """Whether it makes pictures anew, rather than only enlarging them or cutting them out."""
    return bool(engine.capabilities.tasks - {"upscaling", "background-removal"})


def _drawn() -> Image.Image:
    """A red disc with an outline on shaded blue, 48x40; its corners are transparent."""
    side = np.linspace(0, 30, 48, dtype=np.uint8)
    ground = np.stack([side, side + 40, side + 180], axis=-1)[None].repeat(40, axis=0)
    picture = Image.fromarray(ground).convert("RGBA")
    ImageDraw.Draw(picture).ellipse(
        (14, 8, 34, 30), fill=(220, 40, 30, 255), outline=(60, 0, 0, 255), width=2
    )
    for corner in ((0, 0, 6, 6), (42, 34, 48, 40)):
        picture.paste((0, 0, 0, 0), corner)
    return picture


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")


def _only(pictures: list[GeneratedImage]) -> GeneratedImage:
    assert len(pictures) == 1, f"one picture was asked for, {len(pictures)} were painted"
    return pictures[0]


def _bytes(picture: GeneratedImage) -> bytes:
    return picture.image.tobytes()


def _difference(one: Image.Image, other: Image.Image) -> float:
    """Mean absolute difference of two pictures of one size, of 255."""
    assert one.size == other.size, f"sizes differ: {one.size}, {other.size}"
    return float(np.abs(np.asarray(one, np.float32) - np.asarray(other, np.float32)).mean())
