"""Collections: named, filled, filtered by, carried along."""

import json
from datetime import timedelta

import pytest

from studiolo.errors import InvalidRequestError, NotFoundError, PictureNotFoundError
from studiolo.gallery import Gallery, PictureFilter
from tests.gallery.painting import START, WordEmbedder, painting


@pytest.fixture
def pictures(gallery):
    """Four pictures, oldest first."""
    return [gallery.add(painting(f"apple {n}", seed=n, minutes=n)) for n in range(4)]


def ids(found):
    return [picture.id for picture in found]


def test_a_collection_knows_its_pictures(gallery, pictures):
    made = gallery.collections.create("  For the\n wall ")
    assert (made.name, made.count, made.cover) == ("For the wall", 0, None)
    filled = gallery.collections.add(made.id, ids(pictures[:3]))
    assert (filled.count, filled.cover) == (3, pictures[2].id)
    assert gallery.collections.add(made.id, ids(pictures[:1])) == filled  # it was in it already
    assert gallery.collections.list() == (filled,)
    assert gallery.collections.get(made.id) == gallery.collections.get("FOR THE  WALL") == filled
    taken = gallery.collections.take(made.id, [pictures[2].id, pictures[3].id])  # the last was not in it
    assert (taken.count, taken.cover) == (2, pictures[1].id)
    assert gallery.collections.of(pictures[0].id) == (taken,)
    assert gallery.collections.of(pictures[2].id) == ()


def test_ids_may_be_abbreviated_and_all_are_there_or_nothing_is_changed(gallery, pictures):
    made = gallery.collections.create("few")
    assert gallery.collections.add("few", [pictures[0].id[-4:], "latest"]).count == 2
    for change in (gallery.collections.add, gallery.collections.take):
        with pytest.raises(PictureNotFoundError):
            change(made.id, [pictures[1].id, pictures[0].id, "zzzzzzzzz-zzzz"])
    assert gallery.collections.get(made.id).count == 2


@pytest.mark.parametrize(
    ("first", "second"),
    [("Äpfel", "äpfel"), ("Straße", "STRASSE"), ("Ä", "A\u0308"), ("사과", "사과"), ("a  b", "A b")],
)
def test_names_are_unique_whatever_their_case(gallery, first, second):
    made = gallery.collections.create(first)
    with pytest.raises(InvalidRequestError, match="already") as raised:
        gallery.collections.create(second)
    assert raised.value.hint
    assert gallery.collections.rename(made.id, second).id == made.id  # but its own may change its case
    other = gallery.collections.create("other")
    with pytest.raises(InvalidRequestError, match="already"):
        gallery.collections.rename(other.id, first)
    assert gallery.collections.get(first).id == made.id


@pytest.mark.parametrize("name", ["", " \t\n", "x" * 81, "a\0b", "\x1b[31mred", "half \ud83d"])
def test_names_that_are_none(gallery, name):
    with pytest.raises(InvalidRequestError, match="collection") as raised:
        gallery.collections.create(name)
    assert raised.value.hint
    made = gallery.collections.create("x" * 80)
    with pytest.raises(InvalidRequestError):
        gallery.collections.rename(made.id, name)


def test_one_that_is_not_there(gallery, pictures):
    for ask in (
        lambda: gallery.collections.get("nothing"),
        lambda: gallery.collections.rename("nothing", "something"),
        lambda: gallery.collections.remove("nothing"),
        lambda: gallery.collections.add("nothing", [pictures[0].id]),
        lambda: gallery.collections.take("nothing", [pictures[0].id]),
    ):
        with pytest.raises(NotFoundError, match="nothing") as raised:
            ask()
        assert "studiolo gallery collections" in raised.value.hint


def test_removing_one_leaves_its_pictures(gallery, pictures):
    made = gallery.collections.create("short-lived")
    gallery.collections.add(made.id, ids(pictures))
    gallery.collections.remove(made.id)
    assert gallery.collections.list() == ()
    assert gallery.count() == 4


def test_the_trash_hides_and_the_purge_removes(gallery, pictures):
    made = gallery.collections.create("kept")
    gallery.collections.add(made.id, ids(pictures))
    gallery.delete([pictures[3].id])
    assert gallery.collections.get(made.id).count == 3
    assert gallery.collections.list()[0].cover == pictures[2].id
    trashed = gallery.list(PictureFilter(collection=made.id, trash=True)).pictures
    assert ids(trashed) == [pictures[3].id]
    gallery.restore([pictures[3].id])
    assert gallery.collections.get(made.id).cover == pictures[3].id
    gallery.delete(ids(pictures))
    gallery.purge()
    assert (gallery.collections.get(made.id).count, gallery.collections.get(made.id).cover) == (0, None)


def test_it_filters_lists_counts_searches_and_months(gallery, pictures):
    made = gallery.collections.create("some")
    gallery.collections.add(made.id, ids([pictures[0], pictures[2], pictures[3]]))
    gallery.tag([pictures[1].id, pictures[2].id], add=["red"])
    gallery.tag([pictures[2].id], add=["round"])
    gallery.star([pictures[3].id])

    def found(**fields):
        wanted = PictureFilter(collection=made.id, **fields)
        listed = ids(gallery.list(wanted).pictures)
        assert gallery.count(wanted) == sum(month.count for month in gallery.timeline(wanted)) == len(listed)
        hits = ids(hit.picture for hit in gallery.search("apple", wanted))
        assert sorted(hits, reverse=True) == listed
        return listed

    assert found() == ids([pictures[3], pictures[2], pictures[0]])
    assert found(tags=("red",)) == found(tags=("red", "round")) == [pictures[2].id]
    assert found(starred=True) == [pictures[3].id]
    assert found(engine="nobody") == []
    assert found(created_to=START + timedelta(minutes=2)) == ids([pictures[2], pictures[0]])
    page = gallery.list(PictureFilter(collection=made.id), limit=2)
    assert page.next == pictures[2].id
    rest = gallery.list(PictureFilter(collection=made.id), limit=2, before=page.next)
    assert (ids(rest.pictures), rest.next) == ([pictures[0].id], None)
    assert gallery.list(PictureFilter(collection="nothing")).pictures == ()


def test_collections_travel_with_an_export(gallery, pictures, tmp_path):
    for name in ("Äpfel", "best"):
        gallery.collections.add(gallery.collections.create(name).id, ids(pictures[:2]))
    gallery.collections.create("empty")
    best = gallery.collections.get("best")
    gallery.collections.take(best.id, [pictures[0].id])
    gallery.export(tmp_path / "all.zip")
    assert gallery.export(tmp_path / "best", PictureFilter(collection=best.id)) == 1
    with Gallery.open(tmp_path / "other", embedder=WordEmbedder()) as other:
        other.collections.create("äpfel")  # joined, not doubled
        other.import_(tmp_path / "all.zip")
        known = {collection.name: collection.count for collection in other.collections.list()}
        assert known == {"äpfel": 2, "best": 1}
        assert other.import_(tmp_path / "best").already_here == 1
        other.collections.remove("best")
        other.import_(tmp_path / "all.zip")  # what is here already is left alone
        assert [collection.name for collection in other.collections.list()] == ["äpfel"]


@pytest.mark.parametrize("damage", ["best", [""], [["x" * 200]], {"a": 1}])
def test_collections_that_are_none_stop_only_their_picture(gallery, pictures, tmp_path, damage):
    gallery.export(tmp_path / "out")
    lines = [json.loads(line) for line in (tmp_path / "out/pictures.jsonl").read_text().splitlines()]
    lines[0]["collections"] = damage
    (tmp_path / "out/pictures.jsonl").write_text("\n".join(map(json.dumps, lines)))
    with Gallery.open(tmp_path / "other") as other:
        report = other.import_(tmp_path / "out")
        assert (len(report.added), len(report.failed)) == (3, 1)
        assert other.collections.list() == ()
        assert other.check(deep=True).orphans == ()


def test_they_survive_a_check(gallery, pictures):
    made = gallery.collections.create("kept")
    gallery.collections.add(made.id, ids(pictures))
    assert gallery.check(deep=True).healthy
    assert gallery.collections.get(made.id).count == 4
