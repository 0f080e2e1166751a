"""Tokens: made once, found by their secret, revoked, expired; and nothing else opens the door."""

import random
import re
import string
import threading
from datetime import UTC, datetime, timedelta

import pytest

from studiolo.errors import InvalidRequestError, NotFoundError
from studiolo.gallery import Gallery
from studiolo.gallery.tokens import SCOPES


def hostile(secret):
    """Strings of every kind that is not this secret."""
    chance = random.Random(0)
    letters = string.ascii_letters + string.digits + "-_"
    for place, letter in enumerate(secret):
        yield (
            secret[:place]
            + chance.choice([other for other in letters if other != letter])
            + secret[place + 1 :]
        )
        yield secret[:place] + secret[place + 1 :]
    yield from (
        secret.swapcase(),
        secret[::-1],
        f" {secret}",
        f"{secret}\n",
        f"{secret}\0",
        secret[:-1] + "\0",
    )
    yield from (
        "",
        "stl_",
        "\ud800" * 47,
        "stl_" + "\ud800" * 43,
        "stl_" + "é" * 43,
        "x" * 10**6,
        "' OR 1=1 --",
    )
    yield from ("".join(chance.choices(string.printable, k=len(secret))) for _ in range(200))
    yield from (secret[:4] + "".join(chance.choices(letters, k=len(secret) - 4)) for _ in range(200))


def test_a_token_is_found_by_its_secret(gallery):
    made, secret = gallery.tokens.create("phone", ["generate"])
    assert re.fullmatch(r"stl_[\w-]{43}", secret)
    assert made.scopes == ("read", "generate")  # who may paint may look
    assert (made.expires, made.last_used, made.revoked, made.usable) == (None, None, None, True)
    found = gallery.tokens.find(secret)
    assert (found.id, found.name, found.scopes) == (made.id, "phone", made.scopes)
    assert gallery.tokens.create("tablet")[0].scopes == ("read", "generate", "edit")
    assert gallery.tokens.create("mine", ["admin"])[0].scopes == ("read", "admin")
    assert [token.name for token in gallery.tokens.list()] == ["mine", "tablet", "phone"]


def test_nothing_else_opens_the_door(gallery):
    _, secret = gallery.tokens.create("phone", SCOPES)
    for other in hostile(secret):
        assert gallery.tokens.find(other) is None, repr(other[:60])
    assert gallery.tokens.find(secret)


def test_the_secret_is_nowhere_in_the_gallery(tmp_path):
    with Gallery.open(tmp_path) as gallery:
        _, secret = gallery.tokens.create("phone")
        gallery.tokens.find(secret)
        kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert secret.encode() not in kept
    assert secret[4:].encode() not in kept
    assert b"phone" in kept


def test_a_revoked_token_opens_nothing(gallery):
    made, secret = gallery.tokens.create("Phone")
    _, other = gallery.tokens.create("tablet")
    revoked = gallery.tokens.revoke(" phone")
    assert revoked.id == made.id
    assert not revoked.usable
    assert gallery.tokens.find(secret) is None
    assert gallery.tokens.find(other)
    for again in ("phone", made.id, "nobody", "", "\ud800"):
        with pytest.raises(NotFoundError) as raised:
            gallery.tokens.revoke(again)
        assert raised.value.hint == "See: studiolo token list"
    third, _ = gallery.tokens.create("phone")  # the name is free again
    assert gallery.tokens.revoke(third.id.upper()).id == third.id
    assert [token.usable for token in gallery.tokens.list()] == [False, True, False]


def test_an_expired_token_opens_nothing(gallery):
    made, secret = gallery.tokens.create("guest", expires=datetime.now(UTC) + timedelta(hours=1))
    assert gallery.tokens.find(secret)
    with gallery.catalog.database.write() as connection:
        connection.execute("UPDATE tokens SET expires = created + 1 WHERE id = ?", (made.id,))
    assert gallery.tokens.find(secret) is None
    assert not gallery.tokens.list()[0].usable
    with pytest.raises(InvalidRequestError, match="expired") as raised:
        gallery.tokens.create("late", expires=datetime.now(UTC) - timedelta(seconds=1))
    assert raised.value.hint


@pytest.mark.parametrize("scopes", [["paint"], ["read", "Admin"], [""]])
def test_a_scope_that_is_none(gallery, scopes):
    with pytest.raises(InvalidRequestError, match="no scope") as raised:
        gallery.tokens.create("phone", scopes)
    assert "read, generate, edit, admin" in raised.value.hint
    assert gallery.tokens.list() == ()


@pytest.mark.parametrize("name", ["", "x" * 81, "\x07"])
def test_a_name_that_is_none(gallery, name):
    with pytest.raises(InvalidRequestError, match="token"):
        gallery.tokens.create(name)


def test_two_of_one_name_would_be_confused(gallery):
    gallery.tokens.create("Phone")
    with pytest.raises(InvalidRequestError, match="already") as raised:
        gallery.tokens.create("phone")
    assert "studiolo token revoke" in raised.value.hint


def test_its_use_is_noted_once_a_minute(gallery):
    _, secret = gallery.tokens.create("phone")
    gallery.tokens.find(secret)
    (first,) = gallery.tokens.list()
    assert first.last_used is not None
    gallery.tokens.find(secret)
    assert gallery.tokens.list() == (first,)
    with gallery.catalog.database.write() as connection:
        connection.execute("UPDATE tokens SET last_used = last_used - 61000000")
    gallery.tokens.find(secret)
    assert gallery.tokens.list()[0].last_used >= first.last_used


def test_many_at_once(gallery):
    _, secret = gallery.tokens.create("phone")
    found = []
    threads = [
        threading.Thread(target=lambda: found.extend(gallery.tokens.find(secret) for _ in range(20)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 160
    assert all(found)
