"""Pictures enlarged and cut out through the facade, with the fake engine and a real gallery."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from studiolo.errors import InvalidRequestError, PictureNotFoundError
from studiolo.gallery import Gallery
from studiolo.imaging.metadata import read_metadata
from studiolo.registry import build_registry
from studiolo.settings import Settings
from studiolo.studio import Studio


@pytest.fixture
def studio(home: Path) -> Iterator[Studio]:
    settings = Settings.load(engine="fake")
    with Studio(settings, build_registry(settings), Gallery.open(settings.gallery_folder)) as studio:
        yield studio


def test_an_enlarged_picture_is_kept_under_its_originals_prompt(studio: Studio):
    [original] = studio.generate(
        "zwei rote Äpfel", seed=5, width=64, height=48, original_prompt="Äpfel, zwei", translate=False
    )
    large = studio.upscale(original.id, 4)
    assert (large.width, large.height) == (256, 192)
    assert (large.prompt, large.original_prompt, large.seed) == ("zwei rote Äpfel", "Äpfel, zwei", 5)
    assert {hit.picture.id for hit in studio.gallery.search("rote Äpfel")} == {original.id, large.id}
    assert large.task == "upscaling"
    assert studio.gallery.request(large).upscale == 4


@pytest.mark.parametrize("way", ["picture", "file", "bytes", "image"])
def test_every_kind_of_picture_can_be_enlarged(studio: Studio, tmp_path: Path, way: str):
    [original] = studio.generate("an apple", width=64, height=48)
    path = studio.gallery.path(original)
    copy = tmp_path / "copy.png"
    copy.write_bytes(path.read_bytes())
    with Image.open(path) as image:
        given = {"picture": original, "file": copy, "bytes": path.read_bytes(), "image": image}[way]
        large = studio.upscale(given)
    assert (large.width, large.height) == (128, 96)
    assert large.prompt == ("" if way == "image" else "an apple")


def test_a_file_that_is_not_in_the_gallery_tells_its_prompt_itself(studio: Studio, tmp_path: Path):
    [original] = studio.generate("an apple", width=64, height=48)
    smaller = tmp_path / "elsewhere.png"
    smaller.write_bytes(studio.gallery.path(original).read_bytes() + b"\0")  # another file by its hash
    assert studio.gallery.by_content(smaller.read_bytes()) is None
    assert studio.upscale(smaller).prompt == "an apple"


def test_a_cut_out_picture_is_a_png_with_transparency_and_so_is_its_thumbnail(studio: Studio):
    [original] = studio.generate("an apple", width=64, height=48)
    cut = studio.remove_background(original)
    content = studio.gallery.path(cut).read_bytes()
    with Image.open(io.BytesIO(content)) as image:
        assert (image.format, image.mode) == ("PNG", "RGBA")
        assert image.getchannel("A").getextrema() != (255, 255)
        kept = image.tobytes()
    assert studio.gallery.image(cut).tobytes() == kept
    with Image.open(io.BytesIO(studio.gallery.thumbnail(cut))) as small:
        assert small.mode == "RGBA"
    assert read_metadata(content).prompt == "an apple"


class TestWithoutAPrompt:
    """A picture that nobody described is kept, listed and made again all the same."""

    @pytest.fixture
    def wordless(self, studio: Studio):
        return studio.upscale(Image.new("RGB", (24, 16), "teal"))

    def test_it_is_listed_and_found_by_its_tags(self, studio: Studio, wordless):
        studio.gallery.tag([wordless.id], add=["teal"])
        assert [picture.id for picture in studio.gallery.list().pictures] == [wordless.id]
        assert [hit.picture.id for hit in studio.gallery.search("teal")] == [wordless.id]
        assert studio.gallery.search("apple") == []

    def test_its_file_says_what_is_known(self, studio: Studio, wordless):
        found = read_metadata(studio.gallery.path(wordless))
        assert (found.prompt, found.seed, found.width) == ("", wordless.seed, 48)
        assert found.record is not None

    def test_it_is_made_again(self, studio: Studio, wordless):
        [again] = studio.generate(studio.gallery.request(wordless))
        assert studio.gallery.image(again).tobytes() == studio.gallery.image(wordless).tobytes()

    def test_it_is_exported_and_imported_with_its_original(self, studio: Studio, wordless, tmp_path: Path):
        studio.gallery.export(tmp_path / "out.zip")
        with Gallery.open(tmp_path / "other") as other:
            other.import_(tmp_path / "out.zip")
            assert other.request(wordless.id).init_image == studio.gallery.request(wordless).init_image


def test_reference_pictures_go_with_an_export_and_survive_a_rebuild(studio: Studio, tmp_path: Path):
    colours = [Image.new("RGB", (24, 16), name) for name in ("teal", "plum")]
    [varied] = studio.generate(references=colours, width=64, height=48)
    asked = studio.gallery.request(varied).references
    assert len(asked) == 2
    studio.gallery.export(tmp_path / "out")
    with Gallery.open(tmp_path / "other") as other:
        other.import_(tmp_path / "out")
        assert other.request(varied.id).references == asked
    Gallery.rebuild(tmp_path / "other")
    with Gallery.open(tmp_path / "other") as other:
        assert other.check(deep=True).orphans == ()
        assert other.request(varied.id).references == asked


def test_what_is_no_picture_and_what_is_no_factor_are_refused(studio: Studio):
    with pytest.raises(PictureNotFoundError):
        studio.upscale("nowhere.png")
    with pytest.raises(InvalidRequestError, match="upscale is 3"):
        studio.upscale(Image.new("RGB", (24, 16)), 3)  # pyright: ignore[reportArgumentType]


def test_a_foreign_files_prompt_that_no_request_may_hold_is_left_out(studio: Studio, tmp_path: Path):
    from PIL.PngImagePlugin import PngInfo

    told = PngInfo()
    told.add_text(
        "parameters", f"{'apple ' * 500}\nSteps: 20, Sampler: Euler a, Seed: 99999999999, Size: 24x16"
    )
    Image.new("RGB", (24, 16)).save(tmp_path / "long.png", pnginfo=told)
    assert studio.upscale(tmp_path / "long.png").prompt == ""
