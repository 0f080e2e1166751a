"""Links to single pictures."""

from datetime import UTC, datetime, timedelta

import pytest

from studiolo.errors import InvalidRequestError, NotFoundError, PictureNotFoundError
from tests.gallery.painting import painting
from tests.gallery.test_tokens import hostile


def test_a_link_shows_its_picture(gallery):
    picture, other = gallery.add(painting()), gallery.add(painting(seed=8))
    made, secret = gallery.shares.create(picture.id, metadata=True, owner="someone")
    assert len(secret) == 43
    assert (made.picture_id, made.metadata, made.owner, made.expires) == (picture.id, True, "someone", None)
    assert gallery.shares.find(secret) == made
    second, _ = gallery.shares.create(picture.id)
    assert gallery.shares.of(picture.id) == (second, made)
    assert gallery.shares.of(other.id) == ()
    gallery.shares.remove(made.id)
    assert gallery.shares.find(secret) is None
    assert gallery.shares.of(picture.id) == (second,)
    with pytest.raises(NotFoundError) as raised:
        gallery.shares.remove(made.id)
    assert raised.value.hint


def test_no_other_secret_shows_it(gallery):
    _, secret = gallery.shares.create(gallery.add(painting()).id)
    for other in hostile(secret):
        assert gallery.shares.find(other) is None, repr(other[:60])
    assert gallery.shares.find(secret)


def test_what_lies_in_the_trash_is_not_shown(gallery):
    picture = gallery.add(painting())
    made, secret = gallery.shares.create(picture.id)
    gallery.delete([picture.id])
    assert gallery.shares.find(secret) is None
    with pytest.raises(PictureNotFoundError) as raised:
        gallery.shares.create(picture.id)
    assert "restore" in raised.value.hint
    gallery.restore([picture.id])
    assert gallery.shares.find(secret) == made
    gallery.delete([picture.id])
    gallery.purge()
    assert gallery.shares.find(secret) is None
    assert gallery.shares.of(picture.id) == ()


def test_a_link_expires(gallery):
    picture = gallery.add(painting())
    _, secret = gallery.shares.create(picture.id, expires=datetime.now(UTC) + timedelta(hours=1))
    assert gallery.shares.find(secret)
    with gallery.catalog.database.write() as connection:
        connection.execute("UPDATE shares SET expires = created + 1")
    assert gallery.shares.find(secret) is None
    assert gallery.shares.of(picture.id) == ()
    with pytest.raises(InvalidRequestError, match="expired"):
        gallery.shares.create(picture.id, expires=datetime.now(UTC))


def test_a_picture_that_is_not_there_cannot_be_shared(gallery):
    for name in ("zzzzzzzzz-zzzz", "", "latest", "' OR 1=1 --"):
        with pytest.raises(PictureNotFoundError):
            gallery.shares.create(name)
