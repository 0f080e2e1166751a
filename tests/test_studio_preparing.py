"""What becomes of a request before an engine sees it: control maps, masks found by words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studiolo.embedding import TextEmbedder
from studiolo.engines.fake import FakeImageEngine
from studiolo.errors import InvalidRequestError
from studiolo.gallery import Gallery
from studiolo.imaging import control
from studiolo.registry import build_registry
from studiolo.requests import SourceImage
from studiolo.settings import Settings
from studiolo.studio import Studio

EXAMPLE = Path(__file__).parents[1] / "docs" / "images" / "first-picture.png"


class SeesForItself(FakeImageEngine):
    @property
    def capabilities(self):
        return super().capabilities.model_copy(update={"prepares_control": True, "finds_masks": True})


@pytest.fixture(scope="module")
def embedder() -> TextEmbedder:
    return TextEmbedder()


@pytest.fixture
def studio(home: Path, embedder: TextEmbedder) -> Iterator[Studio]:
    settings = Settings.load(engine="fake", models=home / "models")
    registry = build_registry(settings)
    registry.register("sees", SeesForItself)
    gallery = Gallery.open(settings.gallery_folder)
    with Studio(settings, registry, gallery, embedder=embedder) as studio:
        yield studio


@pytest.fixture(scope="module")
def picture() -> SourceImage:
    return SourceImage(EXAMPLE)


class TestControl:
    def test_an_engine_gets_the_map_and_the_gallery_keeps_it(self, studio: Studio, picture: SourceImage):
        [painted] = studio.generate("a castle", control_image=picture, width=64, height=64)
        request = studio.gallery.request(painted)
        assert request.control_image is not None
        assert (request.control, request.control_prepared, request.control_strength) == ("canny", True, 0.7)
        assert request.control_image.image.tobytes() == control.canny(picture.image).tobytes()

    def test_regions_say_that_they_have_no_names(self, studio: Studio, picture: SourceImage):
        prepared = studio.prepare(studio.request("a castle", control_image=picture, control="segmentation"))
        [note] = prepared.notes
        assert "without names" in note
        assert "studiolo pull" in note
        followed = prepared.request.control_image
        assert followed is not None
        assert followed.image.tobytes() == control.segmentation(picture.image).tobytes()

    def test_a_map_that_is_ready_is_left_alone(self, studio: Studio):
        drawn = Image.new("RGB", (32, 32), "white")
        request = studio.request("a castle", control_image=drawn, control_prepared=True)
        prepared = studio.prepare(request)
        assert prepared.request.control_image == request.control_image
        assert prepared.notes == ()

    def test_and_so_is_a_picture_for_an_engine_that_makes_maps(self, studio: Studio, picture: SourceImage):
        prepared = studio.prepare(studio.request("a castle", control_image=picture), engine="sees")
        assert prepared.request.control_image == picture
        assert not prepared.request.control_prepared

    def test_another_picture_gets_another_map(self, studio: Studio, picture: SourceImage):
        [painted] = studio.generate("a castle", control_image=picture, width=64, height=64)
        changed = studio.request(studio.gallery.request(painted), control_image=Image.new("RGB", (32, 32)))
        assert not changed.control_prepared

    def test_a_map_alone_is_made_and_not_kept(self, studio: Studio):
        drawn = studio.control_map(str(EXAMPLE))
        assert drawn.image.size == SourceImage(EXAMPLE).size
        assert studio.gallery.count() == 0
        with pytest.raises(InvalidRequestError, match="no control map of the kind 'depth'"):
            studio.control_map(str(EXAMPLE), "depth")  # pyright: ignore[reportArgumentType]


class TestMaskPrompt:
    def test_an_engine_gets_the_mask_and_the_picture_says_how_it_was_found(
        self, studio: Studio, picture: SourceImage
    ):
        [painted] = studio.generate("a green bus", init_image=picture, mask_prompt="the blue car")
        assert len(painted.notes) == 1
        assert painted.notes[0].startswith("mask: car")
        request = studio.gallery.request(painted)
        assert request.mask_prompt == "the blue car"
        assert request.mask is not None
        assert painted.task == "inpainting"
        before, after = np.asarray(picture.image), np.asarray(studio.gallery.image(painted))
        black = np.asarray(request.mask.image.convert("L").resize(before.shape[1::-1])) == 0
        scaled = studio.gallery.image(painted).size == picture.size
        assert scaled
        assert (before[black] == after[black]).all()
        assert (before[~black] != after[~black]).any()

    def test_it_reaches_a_little_beyond_the_thing(self, studio: Studio, picture: SourceImage):
        wide = np.asarray(studio.find_mask(picture, "the blue car").mask) > 0
        tight = np.asarray(studio._pocket_assistant().locate(picture, "the blue car").mask) > 0
        assert wide[tight].all()
        assert 1.02 < wide.sum() / tight.sum() < 1.5

    def test_what_is_not_there_is_said_before_anything_is_painted(self, studio: Studio, picture: SourceImage):
        with pytest.raises(InvalidRequestError, match="'a dog' was not found"):
            studio.generate_each("a cat", init_image=picture, mask_prompt="a dog")
        with pytest.raises(InvalidRequestError, match="'a dog' was not found"):
            studio.submit("a cat", init_image=picture, mask_prompt="a dog")

    def test_a_mask_that_is_there_is_taken(self, studio: Studio, picture: SourceImage):
        mask = Image.new("L", picture.size, 255)
        prepared = studio.prepare(studio.request("a cat", init_image=picture, mask=mask, mask_prompt="a dog"))
        assert prepared.request.mask == SourceImage(mask)

    def test_an_engine_that_reads_mask_prompts_gets_the_words(self, studio: Studio, picture: SourceImage):
        request = studio.request("a cat", init_image=picture, mask_prompt="a dog")
        prepared = studio.prepare(request, engine="sees")
        assert (prepared.request.mask, prepared.request.mask_prompt) == (None, "a dog")

    def test_other_words_find_another_mask_and_a_drawn_one_stays(self, studio: Studio, picture: SourceImage):
        found = studio.prepare(
            studio.request("a bus", init_image=picture, mask_prompt="the blue car")
        ).request
        assert studio.request(found, mask_prompt="apples").mask is None
        assert studio.request(found, prompt="a tram").mask == found.mask
        drawn = studio.request("a bus", init_image=picture, mask=Image.new("L", picture.size, 255))
        assert studio.request(drawn, init_image=picture).mask == drawn.mask

    def test_a_job_tells_it_of_each_picture(self, studio: Studio, picture: SourceImage):
        job = studio.submit("a bus", init_image=picture, mask_prompt="the blue car", count=2)
        assert job.request["mask"]
        done = studio.jobs.wait(job.id, 60)
        assert {studio.gallery.get(each).notes for each in done.pictures} == {job.notes}
        assert job.notes[0].startswith("mask: car")

    @pytest.mark.parametrize("words", ["", "   "])
    def test_words_are_needed(self, studio: Studio, picture: SourceImage, words: str):
        with pytest.raises(InvalidRequestError, match="no words"):
            studio.find_mask(picture, words)


class TestChanges:
    @pytest.mark.parametrize(
        ("wish", "size"),
        [({"outpaint": (8, 0, 8, 0)}, (48, 32)), ({"upscale": 2}, (64, 64))],
        ids=["grow", "enlarge"],
    )
    def test_the_size_follows_another_picture(
        self, studio: Studio, wish: dict[str, object], size: tuple[int, int]
    ):
        [painted] = studio.generate("a castle", init_image=Image.new("RGB", (64, 64)), **wish)
        kept = studio.gallery.request(painted)
        [again] = studio.generate(kept, init_image=Image.new("RGB", (32, 32), "red"))
        assert (again.width, again.height) == size

    def test_a_size_that_was_asked_for_stays(self, studio: Studio):
        kept = studio.request("a castle", init_image=Image.new("RGB", (64, 64)), width=32, height=32)
        changed = studio.request(kept, init_image=Image.new("RGB", (96, 96)))
        assert (changed.width, changed.height) == (32, 32)

    def test_a_map_is_not_taken_for_one_of_another_kind(self, studio: Studio, picture: SourceImage):
        [painted] = studio.generate("a castle", control_image=picture, width=64, height=64)
        kept = studio.gallery.request(painted)
        with pytest.raises(InvalidRequestError, match="map of the kind 'canny'"):
            studio.request(kept, control="segmentation")
        assert studio.request(kept, control="canny", control_strength=0.3).control_prepared
        anew = studio.request(kept, control="segmentation", control_image=picture)
        assert (anew.control, anew.control_prepared) == ("segmentation", False)
