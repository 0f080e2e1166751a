"""``studiolo token``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from studiolo.cli.inputs import parse_expiry
from studiolo.errors import InvalidRequestError
from studiolo.gallery import Gallery

from .conftest import Done

Run = Callable[..., Done]


def test_the_secret_alone_goes_to_stdout(run: Run, home: Path):
    made = run("token", "create", "phone")
    (secret,) = made.lines
    assert "not shown again" in made.err
    assert secret not in made.err
    with Gallery.open(home / "gallery") as gallery:
        found = gallery.tokens.find(secret)
    assert found is not None
    assert (found.name, found.scopes) == ("phone", ("read", "generate", "edit"))
    assert secret not in run("token").out + run("token", "list", "--json").out


def test_scopes_and_an_end(run: Run):
    made = run("token", "create", "frame", "--scope", "read", "--expires", "30d", "--json").json
    assert made["scopes"] == ["read"]
    assert made["secret"].startswith("stl_")
    left = datetime.fromisoformat(made["expires"]) - datetime.now(UTC)
    assert timedelta(days=29, hours=23) < left <= timedelta(days=30)
    both = run("token", "create", "script", "--scope", "edit", "--scope", "generate", "--json").json
    assert both["scopes"] == ["read", "generate", "edit"]


def test_list_in_a_pipe(run: Run):
    assert run("token") == Done(0, "", "")
    run("token", "create", "phone")
    run("token", "create", "script", "--scope", "admin")
    run("token", "revoke", "PHONE")
    rows = [line.split("\t") for line in run("token", "list").lines]
    assert [row[1:4] for row in rows] == [
        ["script", "read admin", "usable"],
        ["phone", "read generate edit", "revoked"],
    ]
    states = [token["state"] for token in run("token", "list", "--json").json["tokens"]]
    assert states == ["usable", "revoked"]


def test_list_for_a_person(run: Run, look: Run):
    assert "studiolo token create" in look("token").err
    run("token", "create", "phone")
    shown = look("token", columns=120).out
    assert "phone" in shown
    assert "never" in shown


def test_revoke_by_id(run: Run):
    made = run("token", "create", "phone", "--json").json
    assert run("token", "revoke", made["id"], "--json").json["state"] == "revoked"
    again = run("token", "revoke", made["id"])
    assert again.code == 2
    assert "studiolo token list" in again.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["phone", "--scope", "paint"],
        ["phone", "--expires", "soon"],
        ["phone", "--expires", "2020-01-01"],
        ["phone", "--expires", "99999999999d"],
        [" "],
        ["x" * 81],
        ["\x1b[31m"],
    ],
)
def test_what_cannot_be_is_refused_with_a_hint(run: Run, arguments: list[str]):
    refused = run("token", "create", *arguments)
    assert (refused.code, refused.out) == (2, "")
    assert len(refused.err.strip()) > 20
    assert run("token").out == ""


def test_expiries_are_read():
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    assert parse_expiry("12h", now=now) == now + timedelta(hours=12)
    assert parse_expiry(" 2 weeks ", now=now) == now + timedelta(days=14)
    day = parse_expiry("2026-12-31").astimezone()
    assert (day.date().isoformat(), day.hour, day.minute) == ("2026-12-31", 23, 59)
    for text in ("", "never", "-3d", "3 fortnights", "2026-13-01"):
        with pytest.raises(InvalidRequestError, match="cannot be read"):
            parse_expiry(text)
