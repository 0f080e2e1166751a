"""Months, their cursors, and noticing what others change."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from studiolo.gallery import Gallery, PictureFilter
from studiolo.gallery.ids import new_id
from tests.gallery.painting import painting, row


def fill(gallery, moments):
    """Rows made at these moments; they need no files."""
    made = []
    with gallery.catalog.database.write() as connection:
        for number, moment in enumerate(moments):
            picture_id = new_id(moment)
            picture = row(f"apple {number}", number).model_copy(
                update={"id": picture_id, "created": moment, "seed": number % 3, "starred": number % 5 == 0}
            )
            gallery.catalog.insert(connection, picture)
            made.append(picture)
    return made


def months_of(pictures):
    counted = Counter(f"{picture.created:%Y-%m}" for picture in pictures)
    return sorted(counted.items(), reverse=True)


def test_months_are_counted_in_utc(gallery):
    edges = [
        datetime(2026, 11, 1, tzinfo=UTC),
        datetime(2026, 10, 31, 23, 59, 59, 999_000, tzinfo=UTC),
        datetime(2026, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC),
        datetime(2027, 1, 1, tzinfo=UTC),
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(2999, 12, 31, tzinfo=UTC),
    ]
    pictures = fill(gallery, edges)
    found = gallery.timeline()
    assert [(month.month, month.count) for month in found] == months_of(pictures)
    assert gallery.timeline(PictureFilter(trash=True)) == ()
    assert [month.month for month in found] == [
        "2999-12", "2027-01", "2026-12", "2026-11", "2026-10", "1970-01",
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_every_cursor_starts_at_its_months_newest(gallery, seed):
    chance = random.Random(seed)
    start = datetime(2020, 1, 1, tzinfo=UTC)
    fill(gallery, [start + timedelta(hours=chance.randrange(24 * 365 * 4)) for _ in range(400)])
    everything = gallery.list(limit=1000).pictures
    gallery.tag([picture.id for picture in everything[::3]], add=["third"])
    gallery.delete([picture.id for picture in everything[::7]])
    middle = everything[200].created
    for wanted in (
        PictureFilter(),
        PictureFilter(starred=True),
        PictureFilter(seed=1),
        PictureFilter(tags=("third",)),
        PictureFilter(trash=True),
        PictureFilter(created_from=middle),
        PictureFilter(created_to=middle),
        PictureFilter(created_from=middle, created_to=middle + timedelta(days=40), starred=False),
        PictureFilter(engine="nobody"),
    ):
        pictures = gallery.list(wanted, limit=1000).pictures
        found = gallery.timeline(wanted)
        assert [(month.month, month.count) for month in found] == months_of(pictures)
        for month in found:
            newest = next(picture for picture in pictures if f"{picture.created:%Y-%m}" == month.month)
            assert gallery.list(wanted, limit=1, before=month.before).pictures == (newest,)


def test_a_cursor_shows_also_what_came_after_it(gallery):
    fill(gallery, [datetime(2026, 11, 5, tzinfo=UTC), datetime(2026, 12, 5, tzinfo=UTC)])
    november = gallery.timeline()[1]
    (late,) = fill(gallery, [datetime(2026, 11, 30, 23, tzinfo=UTC)])
    assert gallery.list(limit=1, before=november.before).pictures[0].id == late.id


def test_the_version_grows_when_others_change_something(tmp_path):
    with Gallery.open(tmp_path) as ours, Gallery.open(tmp_path) as theirs:
        picture = theirs.add(painting())
        collection = theirs.collections.create("theirs")
        seen = ours.version()
        for change in (
            lambda: theirs.add(painting(seed=8, minutes=1)),
            lambda: theirs.star([picture.id]),
            lambda: theirs.tag([picture.id], add=["red"]),
            lambda: theirs.collections.add(collection.id, [picture.id]),
            lambda: theirs.collections.rename(collection.id, "renamed"),
            lambda: theirs.collections.take(collection.id, [picture.id]),
            lambda: theirs.collections.remove(collection.id),
            lambda: theirs.answers.add(picture.id, question="What?", text="An apple.", engine="fake"),
            lambda: theirs.delete([picture.id]),
            theirs.purge,
        ):
            change()
            assert ours.version() > seen
            seen = ours.version()


def test_the_version_stands_still_for_ones_own_changes(tmp_path):
    with Gallery.open(tmp_path) as ours, Gallery.open(tmp_path) as theirs:
        picture = ours.add(painting())
        seen = ours.version()
        ours.star([picture.id])
        ours.delete([picture.id])
        ours.purge()
        ours.tokens.create("phone")
        theirs.tokens.create("tablet")  # nothing there to see
        with pytest.raises(ZeroDivisionError), ours.catalog.database.write() as connection:
            connection.execute("INSERT INTO collections VALUES ('a', 'a', 'a', ?)", (1,)) and 1 / 0  # undone
        assert ours.version() == seen
        theirs.collections.create("something")
        assert ours.version() > seen
