"""The gallery through its front door."""

import io
import json
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from studiolo.errors import (
    GalleryError,
    InvalidImageError,
    InvalidRequestError,
    PictureNotFoundError,
)
from studiolo.gallery import Gallery, PictureFilter
from studiolo.gallery.ids import created_of, first_id, is_id, new_id, normalise
from studiolo.imaging.metadata import read_metadata
from studiolo.requests import ImageRequest
from tests.gallery.painting import START, WordEmbedder, painting, row


def files(gallery):
    root = gallery.blobs.folder
    rooms = ("images", "thumbnails", "sources")
    return sorted(
        path.relative_to(root).as_posix()
        for room in rooms
        for path in (root / room).rglob("*")
        if path.is_file()
    )


def test_a_picture_knows_the_palette_it_was_asked_for(gallery):
    added = gallery.add(painting(palette=("#fff", "2A9D8F")))
    assert gallery.get(added.id).palette == ("#ffffff", "#2a9d8f")
    assert gallery.add(painting()).palette == ()


@pytest.mark.parametrize(
    "kept", [None, "#fff", ["teal"], ["#fff", 3], [["#fff"]], {"a": "#fff"}, ["#fff"] * 0]
)
def test_what_another_program_calls_a_palette_is_none(kept):
    assert row("an apple", 1).model_copy(update={"request": {"palette": kept}}).palette == ()


def test_what_is_added_comes_back(gallery):
    made = painting(negative_prompt="blurry", strength=0.6)
    added = gallery.add(made, original_prompt="apple", tags=["Fruit ", "still  life", "fruit"])
    found = gallery.get(added.id)
    assert found == added
    assert found.tags == ("fruit", "still life")
    assert (found.prompt, found.original_prompt, found.negative_prompt) == ("a red apple", "apple", "blurry")
    assert (found.engine, found.model, found.seed, found.strength) == ("pocket", "v1", 7, 0.6)
    assert found.created == made.created
    assert found.timings == made.timings
    assert found.notes == made.notes
    assert gallery.image(found).tobytes() == made.image.tobytes()
    assert Image.open(io.BytesIO(gallery.thumbnail(found))).format == "WEBP"
    assert gallery.path(found).stat().st_size == found.size_bytes
    assert gallery.request(found) == made.request


def test_the_file_itself_says_how_to_make_it_again(gallery):
    made = painting(options={"draft": "on"})
    found = read_metadata(gallery.path(gallery.add(made)))
    assert found.prompt == "a red apple"
    assert found.model == "pocket:v1"
    assert ImageRequest.parse(found.record["request"]) == made.request


def test_a_file_does_not_tell_where_models_lie_on_this_machine(gallery):
    loras = ({"name": "/data/secret/ink.safetensors", "weight": 0.5}, {"name": "owner/ink"})
    made = replace(painting(loras=loras), model=r"C:\Users\ann\models\mine")
    kept = gallery.add(made)
    found = read_metadata(gallery.path(kept))
    assert found.model == "pocket:mine"
    assert [lora["name"] for lora in found.record["request"]["loras"]] == ["ink.safetensors", "owner/ink"]
    assert b"secret" not in gallery.path(kept).read_bytes()
    assert b"Users" not in gallery.path(kept).read_bytes()
    assert gallery.request(kept) == made.request, "the gallery itself can make it again"
    assert gallery.get(kept.id).model == made.model


def test_sources_are_kept_once_and_come_back(gallery):
    init = Image.new("RGB", (64, 48), "navy")
    mask = Image.new("L", (64, 48), 255)
    first = gallery.add(painting(seed=1, init_image=init, mask=mask, strength=0.5))
    second = gallery.add(painting(seed=2, init_image=init, strength=0.5))
    assert len([name for name in files(gallery) if name.startswith("sources/")]) == 2
    again = gallery.request(first)
    assert again.init_image.image.tobytes() == init.tobytes()
    assert again == gallery.request(gallery.get(first.id))
    gallery.delete([first.id])
    gallery.purge()
    assert len([name for name in files(gallery) if name.startswith("sources/")]) == 1
    assert gallery.request(second).init_image.image.tobytes() == init.tobytes()
    gallery.delete([second.id])
    gallery.purge()
    assert files(gallery) == []
    with pytest.raises(PictureNotFoundError, match="does not have the picture sha256"):
        gallery.source_image(again.init_image.reference)


def test_ids_sort_by_time_and_can_be_abbreviated(gallery):
    ids = [gallery.add(painting(seed=n, minutes=n)).id for n in range(4)]
    assert ids == sorted(ids)
    assert [picture.id for picture in gallery.list().pictures] == ids[::-1]
    target = ids[2]
    assert is_id(target)
    for text in (target, target.upper(), f" {target} ", target[:11], target[-4:], "latest"):
        assert gallery.get(text).id == (ids[3] if text == "latest" else target)
    with pytest.raises(PictureNotFoundError, match="could be") as raised:
        gallery.get(target[:5])
    assert ids[3] in raised.value.message
    for text in ("zzzzzzzzz-zzzz", "zzzz", "", "a", "%", "'; DROP TABLE pictures; --", "\0", "é" * 40):
        with pytest.raises(PictureNotFoundError):
            gallery.get(text)
    for last in ("\U0010ffff", "\ud7ff"):  # nothing comes after the one, no letter after the other
        with pytest.raises(PictureNotFoundError):
            gallery.get(f"1kq{last}")
    assert normalise(" 1KQO-IL ") == "1kq0-11"
    assert created_of(new_id(START)) == START
    assert first_id(START) <= new_id(START) < first_id(START + timedelta(milliseconds=1))


def test_pages_follow_each_other_without_gap_or_repeat(gallery):
    ids = [gallery.add(painting(seed=n, minutes=n)).id for n in range(7)]
    seen, before = [], None
    while True:
        page = gallery.list(limit=3, before=before)
        seen += [picture.id for picture in page.pictures]
        gallery.add(painting(seed=90 + len(seen), minutes=100 + len(seen)))  # newer ones do not disturb
        if page.next is None:
            break
        before = page.next
    assert seen == ids[::-1]


def test_filters(gallery):
    plain = gallery.add(painting(seed=1, minutes=0))
    wide = gallery.add(painting(seed=2, size=(128, 64), minutes=10))
    other = gallery.add(painting(seed=3, engine="fake", minutes=20))
    gallery.star([wide.id])
    gallery.tag([plain.id, wide.id], add=["fruit"])
    gallery.tag([wide.id], add=["wide"])

    def ids(**fields):
        wanted = PictureFilter(**fields)
        found = [picture.id for picture in gallery.list(wanted).pictures]
        assert gallery.count(wanted) == len(found)
        assert sorted(hit.picture.id for hit in gallery.search("apple", wanted)) == sorted(found)
        return found

    assert ids() == [other.id, wide.id, plain.id]
    assert ids(engine="fake") == [other.id]
    assert ids(starred=True) == [wide.id]
    assert ids(starred=False) == [other.id, plain.id]
    assert ids(seed=2) == [wide.id]
    assert ids(width=128, height=64) == [wide.id]
    assert ids(max_width=100) == [other.id, plain.id]
    assert ids(min_width=100) == [wide.id]
    assert ids(min_height=50, max_height=64) == [wide.id]
    assert ids(tags=("fruit",)) == [wide.id, plain.id]
    assert ids(tags=("fruit", "wide")) == [wide.id]
    assert ids(tags=(" Fruit", "WIDE")) == [wide.id]
    assert ids(tags=("nope",)) == []
    assert ids(created_from=wide.created) == [other.id, wide.id]
    assert ids(created_to=wide.created) == [wide.id, plain.id]
    assert ids(created_from=wide.created, created_to=wide.created, engine="pocket") == [wide.id]
    gallery.delete([other.id])
    assert ids() == [wide.id, plain.id]
    assert ids(trash=True) == [other.id]


def test_star_tag_delete_restore(gallery):
    picture = gallery.add(painting(), tags=["a", "b"])
    gallery.star([picture.id])
    gallery.tag([picture.id], add=["c"], remove=["a"])
    assert gallery.get(picture.id).starred
    assert gallery.get(picture.id).tags == ("b", "c")
    assert gallery.tags() == {"b": 1, "c": 1}
    gallery.star([picture.id], starred=False)
    assert not gallery.get(picture.id).starred
    gallery.delete([picture.id[-4:]])
    assert gallery.list().pictures == ()
    assert gallery.search("apple") == []
    assert gallery.tags() == {}
    assert gallery.get(picture.id).deleted is not None
    assert gallery.path(picture).exists()
    gallery.restore([picture.id])
    assert [hit.picture.id for hit in gallery.search("apple")] == [picture.id]
    gallery.delete([picture.id])
    assert gallery.purge(older_than=timedelta(days=1)) == 0
    assert gallery.purge() == 1
    assert files(gallery) == []
    with pytest.raises(PictureNotFoundError):
        gallery.get(picture.id)
    with pytest.raises(PictureNotFoundError):
        gallery.delete([picture.id])


@pytest.mark.parametrize("tag", ["", "  ", "x" * 65])
def test_bad_tags(gallery, tag):
    with pytest.raises(InvalidRequestError, match="1 to 64"):
        gallery.add(painting(), tags=[tag])
    assert gallery.count() == 0


def test_export_and_import(gallery, tmp_path):
    init = Image.new("RGB", (64, 48), "navy")
    ids = [gallery.add(painting(f"apple {n}", seed=n, minutes=n), tags=["fruit"]).id for n in range(3)]
    made = gallery.add(painting(seed=9, minutes=9, init_image=init, strength=0.5))
    gallery.star([ids[1]])
    for name in ("out", "out.zip"):
        assert gallery.export(tmp_path / name) == 4
        with pytest.raises(InvalidRequestError, match="exists already"):
            gallery.export(tmp_path / name)
        with Gallery.open(tmp_path / f"copy of {name}", embedder=WordEmbedder()) as copy:
            report = copy.import_(tmp_path / name)
            assert (len(report.added), report.already_here, report.failed) == (4, 0, ())
            assert copy.list() == gallery.list()
            assert files(copy) == files(gallery)
            assert copy.request(made.id) == gallery.request(made)
            again = copy.import_(tmp_path / name)
            assert (again.added, again.already_here) == ((), 4)
            assert copy.search("apple 1")[0].picture.id == ids[1]
    assert gallery.export(tmp_path / "some", PictureFilter(tags=("fruit",))) == 3
    assert not list(tmp_path.glob("*.partial"))
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        lines = archive.read("pictures.jsonl").decode().splitlines()
    assert json.loads(lines[0])["prompt"] == "a red apple"


def test_import_of_loose_files(gallery, tmp_path):
    folder = tmp_path / "loose"
    (folder / "deep").mkdir(parents=True)
    info = PngInfo()
    info.add_text("parameters", "a castle\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 99, Size: 8x8")
    Image.new("RGB", (32, 32), "red").save(folder / "deep" / "a1111.png", pnginfo=info)
    Image.new("RGB", (40, 30), "blue").save(folder / "photo.jpg")
    (folder / "note.png").write_text("not a picture")
    (folder / "readme.txt").write_text("hello")
    with Gallery.open(tmp_path / "other") as other:
        ours = other.add(painting("a blue car", seed=3))
        (folder / "ours.png").write_bytes(other.path(ours).read_bytes())
    report = gallery.import_(folder)
    assert len(report.added) == 3
    assert [name for name, _ in report.failed] == ["note.png"]
    castle = gallery.search("castle")[0].picture
    assert (castle.engine, castle.seed, castle.steps, castle.width) == ("automatic1111", 99, 20, 32)
    assert gallery.request(castle).seed == 99
    assert gallery.get(ours.id).request == ours.request
    assert gallery.list(PictureFilter(engine="imported")).pictures[0].image_key.endswith(".jpg")
    with pytest.raises(InvalidRequestError):
        gallery.request(gallery.list(PictureFilter(engine="imported")).pictures[0])
    assert gallery.import_(folder).already_here == 3
    assert gallery.import_(folder / "photo.jpg").already_here == 1
    with pytest.raises(InvalidImageError, match="nothing at"):
        gallery.import_(tmp_path / "nope")


def test_import_of_damaged_exports(gallery, tmp_path):
    gallery.add(painting())
    gallery.export(tmp_path / "out")
    lines = tmp_path / "out" / "pictures.jsonl"
    line = json.loads(lines.read_text())
    with Gallery.open(tmp_path / "copy") as copy:
        lines.write_text(json.dumps(line | {"sha256": "0" * 64}) + "\n")
        assert "not the one" in copy.import_(tmp_path / "out").failed[0][1]
        lines.write_text(json.dumps(line | {"width": "wide"}) + "\n")
        assert "damaged" in copy.import_(tmp_path / "out").failed[0][1]
        lines.write_text('{"half')
        with pytest.raises(InvalidRequestError, match=r"Line 1 of pictures\.jsonl"):
            copy.import_(tmp_path / "out")
        for nonsense in ("[" * 200_000, "9" * 5000):
            lines.write_text(nonsense)
            with pytest.raises(InvalidRequestError, match=r"Line 1 of pictures\.jsonl"):
                copy.import_(tmp_path / "out")
        lines.write_text(json.dumps(line | {"id": "../../escape"}) + "\n")
        assert "no picture's id" in copy.import_(tmp_path / "out").failed[0][1]
        lines.write_text(json.dumps(line | {"created": "yesterday"}) + "\n")
        assert "damaged" in copy.import_(tmp_path / "out").failed[0][1]
        assert copy.count() == 0
        lines.unlink()
        assert len(copy.import_(tmp_path / "out").added) == 1


def test_import_of_damaged_zips(gallery, tmp_path):
    gallery.add(painting())
    gallery.export(tmp_path / "out.zip")
    content = (tmp_path / "out.zip").read_bytes()
    directory = content.rfind(b"PK\x01\x02")
    damaged = content[:directory] + b"XXXX" + content[directory + 4 :]
    for number, broken in enumerate((damaged, content[:200])):
        (tmp_path / f"{number}.zip").write_bytes(broken)
        with pytest.raises(InvalidImageError, match="zip is damaged"):
            gallery.import_(tmp_path / f"{number}.zip")


def test_a_prompt_with_unicodes_other_ends_of_lines_is_carried(gallery, tmp_path):
    kept = gallery.add(painting("a red apple\u2028on a table"))
    gallery.export(tmp_path / "out")
    with Gallery.open(tmp_path / "copy") as copy:
        assert copy.import_(tmp_path / "out").added == (kept.id,)
        assert copy.get(kept.id).prompt == kept.prompt


def test_two_at_once(gallery, tmp_path):
    with Gallery.open(tmp_path / "gallery", embedder=WordEmbedder()) as other:
        picture = gallery.add(painting("a green lemon"))
        assert other.get(picture.id) == picture
        assert other.search("lemon")[0].picture.id == picture.id
        second = other.add(painting("a yellow banana", seed=8, minutes=1))
        assert gallery.search("banana")[0].picture.id == second.id
        assert gallery.search("yellow banana")[0].meaning > 0.5


def test_many_threads(gallery):
    def work(number):
        picture = gallery.add(painting(f"apple number {number}", seed=number, minutes=number))
        gallery.tag([picture.id], add=[f"tag{number % 3}"])
        gallery.star([picture.id])
        gallery.search(f"number {number}")
        return gallery.list(limit=5).pictures[0].id

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(40)))
    assert gallery.count(PictureFilter(starred=True)) == 40
    assert sum(gallery.tags().values()) == 40
    assert gallery.check().orphans == ()


def test_tags_set_at_once_are_not_lost(gallery):
    picture = gallery.add(painting())
    barrier = threading.Barrier(6)

    def work(number):
        barrier.wait()
        gallery.tag([picture.id], add=[f"tag{number}"])

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(6)))
    assert set(gallery.get(picture.id).tags) == {f"tag{n}" for n in range(6)}


def test_closed_gallery_says_so(tmp_path):
    gallery = Gallery.open(tmp_path)
    gallery.close()
    gallery.close()
    with pytest.raises(GalleryError, match="closed"):
        gallery.count()


def test_seeds_of_64_bits(gallery, tmp_path):
    info = PngInfo()
    info.add_text("parameters", f"x\nSteps: 20, Sampler: Euler, CFG scale: 7, Seed: {2**64 - 1}")
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png", pnginfo=info)
    gallery.import_(tmp_path / "a.png")
    assert gallery.list(PictureFilter(seed=2**64 - 1)).pictures[0].seed == 2**64 - 1


def test_file_names_are_by_day(gallery):
    assert files(gallery) == []
    picture = gallery.add(painting())
    assert picture.image_key == f"images/2026/11/01/{picture.id}.png"
    assert gallery.path(picture).exists()
