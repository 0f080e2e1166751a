"""Promises about requests that bring pictures or colours; each task that is not declared is refused."""

# ruff: noqa: S101 - a test suite is made of asserts

from __future__ import annotations

import numpy as np
from PIL import Image

from studiolo.imaging.palette import MAX_COLOURS, fidelity
from studiolo.testing.asking import Asking, apart, drawn, on_white, only, pixels

_OPAQUE = 255


class PicturePromises(Asking):
    """To start from, to be like, to edit, and palettes."""

    # Pictures to start from

    def test_image_to_image_starts_from_the_picture(self) -> None:
        """Strength 0 keeps the init picture; an engine without the task refuses it."""
        with self.make_engine() as engine:
            fields = {"init_image": self._source_picture(engine)}
            if self._refuses(engine, "image-to-image", fields):
                return
            strength = engine.capabilities.strength
            if strength is not None and strength.minimum == 0:
                kept = only(self._paint(engine, self._request(engine, strength=0.0, **fields)))
                difference = apart(kept.image, fields["init_image"])
                assert difference <= self.strength_zero_within, f"strength 0 is {difference:.1f} away"
            default = only(self._paint(engine, self._request(engine, **fields)))
            assert apart(default.image, fields["init_image"]) > 0, "nothing was painted"
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
            picture = only(self._paint(engine, self._request(engine, **fields)))
            kept = (0, 0, source.width // 2, source.height)
            anew = (source.width // 2, 0, source.width, source.height)
            difference = apart(picture.image.crop(kept), source.crop(kept))
            assert difference <= self.kept_within, f"the kept half is {difference:.1f} away"
            assert apart(picture.image.crop(anew), source.crop(anew)) > 0, "nothing was painted"
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
            grown = only(self._edit(engine, prompt=self.prompt, **{**self._steps(), **fields, **seam}))
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
                [only(self._paint(engine, self._request(engine, seed=seed, similarity=value, **fields)))
                for seed in (1, 2)]
                for value in (similarity.maximum, similarity.minimum)
            )  # fmt: skip
            wanted = self._request(engine, **fields)
            assert near[0].image.size == (wanted.width, wanted.height)
            assert pixels(near[0]) != pixels(near[1]), "two seeds gave one variation"
            away = [sum(apart(each.image, reference) for each in some) for some in (near, far)]
            assert away[0] < away[1], "the most similar is no nearer than the least"
            self._assert_round_trip(engine, near[0])

    # Edits that paint nothing

    def test_upscaling_multiplies_the_sides(self) -> None:
        """Exactly so many times as large, odd sizes too; still that picture, and transparent where it was."""
        with self.make_engine() as engine:
            if self._refuses(engine, "upscaling", {"init_image": drawn(), "upscale": 2}):
                return
            assert engine.capabilities.upscale, "upscaling is declared, but no factor"
            for factor in engine.capabilities.upscale:
                for source in (drawn(), drawn().crop((0, 0, 33, 17)).convert("RGB")):
                    larger = only(self._edit(engine, init_image=source, upscale=factor))
                    size = source.width * factor, source.height * factor
                    assert larger.image.size == size, f"{larger.image.size} is not {size}"
                    assert larger.image.mode == source.mode, f"{source.mode} became {larger.image.mode}"
                    assert (larger.request.width, larger.request.height) == size
                    plain = source.resize(size, Image.Resampling.BICUBIC)
                    away = apart(on_white(larger.image), on_white(plain))
                    assert away <= self.upscaled_within, f"the enlarged picture is {away:.1f} away"
                    self._assert_round_trip(engine, larger)

    def test_removing_the_background_keeps_the_colours(self) -> None:
        """RGBA of the picture's size, in part transparent; what is opaque has the colours it had."""
        with self.make_engine() as engine:
            source = drawn().convert("RGB")
            if self._refuses(engine, "background-removal", {"init_image": source, "remove_background": True}):
                return
            cut = only(self._edit(engine, init_image=source, remove_background=True))
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
            plain = only(self._paint(engine, self._request(engine)))
            for asked in self.palettes:
                palette = asked[:most]
                picture = only(self._paint(engine, self._request(engine, palette=palette)))
                before, after = (fidelity(image, palette) for image in (plain.image, picture.image))
                assert after.mean_delta_e < before.mean_delta_e, f"{palette}: no nearer than without"
                assert picture.request.palette == palette
                self._assert_round_trip(engine, picture)
            too_many = [f"#0000{blue:02x}" for blue in range(most + 1)]
            if most < MAX_COLOURS:
                assert not self._allows(engine, {"palette": too_many}), "too many colours pass the check"
