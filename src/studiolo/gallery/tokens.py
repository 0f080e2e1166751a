"""Who may use the studio from elsewhere: tokens with scopes, of which only a hash is kept.

A secret is 256 random bits. Passwords are hashed slowly because they can be guessed; these bits cannot, so
one SHA-256 is as safe, and fast enough to look at every request. The row is found by that hash: how long the
search takes tells about hashes, never about a secret.
"""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from studiolo.errors import GalleryError, InvalidRequestError, NotFoundError
from studiolo.gallery.database import Database
from studiolo.gallery.ids import new_id, normalise
from studiolo.gallery.names import clean_name, folded
from studiolo.gallery.picture import parse_time, to_microseconds

Scope = Literal["read", "generate", "edit", "admin"]
"""What a token allows: look and search; paint, ask, speak; star, tag, delete, import; keys and everything."""

SCOPES: Final[tuple[Scope, ...]] = ("read", "generate", "edit", "admin")
EVERYDAY: Final[tuple[Scope, ...]] = ("read", "generate", "edit")
PREFIX: Final = "stl_"
"""So that people and scanners for leaked secrets know one when they see it."""

_RANDOM_BYTES: Final = 32
_SECRET_CHARACTERS: Final = len(PREFIX) + 43
_USED_AGAIN_US: Final = 60_000_000
"""Microseconds within which a further use is not written down: a page asks many times a second."""

_COLUMNS: Final = ("id", "name", "scopes", "created", "expires", "last_used", "revoked")
_SELECTED: Final = ", ".join(_COLUMNS)


class Token(BaseModel):
    """A token as it is kept; its secret was shown once, when it was made."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    name: str
    scopes: tuple[Scope, ...]
    created: AwareDatetime
    expires: AwareDatetime | None = None
    last_used: AwareDatetime | None = None
    revoked: AwareDatetime | None = None

    @property
    def usable(self) -> bool:
        """Whether it still opens the door."""
        return self.revoked is None and (self.expires is None or self.expires > datetime.now(UTC))


class Tokens:
    """The tokens of a gallery. Safe for threads and for several processes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(
        self, name: str, scopes: Iterable[Scope] = EVERYDAY, *, expires: datetime | None = None
    ) -> tuple[Token, str]:
        """A new token and its secret, which nothing can tell again. Every scope includes ``read``.

        Raises:
            InvalidRequestError: the name is empty, too long or in use; a scope is unknown; or it expired.
            GalleryReadOnlyError, GalleryError: it was not kept.
        """
        now = datetime.now(UTC)
        name = clean_name(name, "token")
        if expires is not None and expires <= now:
            raise InvalidRequestError(
                f"A token that expired {expires:%Y-%m-%d %H:%M} would open nothing.",
                hint="Give a time to come, or none.",
            )
        token = Token(id=new_id(now), name=name, scopes=check_scopes(scopes), created=now, expires=expires)
        secret = PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)
        with self._database.write() as connection:
            if any(folded(name) == folded(other.name) for other in self._unrevoked(connection)):
                raise InvalidRequestError(
                    f"There is a token '{name}' already.",
                    hint=f"Choose another name, or revoke that one: studiolo token revoke '{name}'",
                )
            connection.execute(
                "INSERT INTO tokens (id, name, hash, scopes, created, expires) VALUES (?, ?, ?, ?, ?, ?)",
                (
                    token.id,
                    token.name,
                    _hash(secret),
                    " ".join(token.scopes),
                    to_microseconds(now),
                    None if expires is None else to_microseconds(expires),
                ),
            )
        return token, secret

    def list(self) -> tuple[Token, ...]:
        """Every token there ever was, newest first; :attr:`Token.usable` says which still are."""
        with self._database.read() as connection:
            query = f"SELECT {_SELECTED} FROM tokens ORDER BY created DESC, id DESC"  # noqa: S608 - our own columns
            return tuple(_token(row) for row in connection.execute(query))

    def revoke(self, id_or_name: str) -> Token:
        """Let a token open nothing from now on.

        Raises:
            NotFoundError: no unrevoked token has this id or name.
        """
        with self._database.write() as connection:
            tokens = self._unrevoked(connection)
            found = [token for token in tokens if token.id == normalise(id_or_name)] or [
                token for token in tokens if folded(token.name) == folded(id_or_name)
            ]
            if not found:
                raise NotFoundError(
                    f"There is no token '{id_or_name[:80]}' to revoke.", hint="See: studiolo token list"
                )
            now = datetime.now(UTC)
            connection.execute(
                "UPDATE tokens SET revoked = ? WHERE id = ?", (to_microseconds(now), found[0].id)
            )
        return found[0].model_copy(update={"revoked": now})

    def find(self, secret: str) -> Token | None:
        """The usable token of that secret; None if there is none.

        That it was used is written down once a minute, where that can be written at all.
        """
        if len(secret) != _SECRET_CHARACTERS or not secret.startswith(PREFIX) or not secret.isascii():
            return None
        with self._database.read() as connection:
            query = f"SELECT {_SELECTED} FROM tokens WHERE hash = ?"  # noqa: S608 - our own columns
            row = connection.execute(query, (_hash(secret),)).fetchone()
        token = _token(row) if row is not None else None
        if token is None or not token.usable:
            return None
        self._note_use(token)
        return token

    def is_usable(self, token_id: str) -> bool:
        """Whether the token of that whole id still opens the door."""
        with self._database.read() as connection:
            query = f"SELECT {_SELECTED} FROM tokens WHERE id = ?"  # noqa: S608 - our own columns
            row = connection.execute(query, (token_id,)).fetchone()
        return row is not None and _token(row).usable

    def _note_use(self, token: Token) -> None:
        now = to_microseconds(datetime.now(UTC))
        stale = token.last_used is None or now - to_microseconds(token.last_used) >= _USED_AGAIN_US
        if self._database.read_only or not stale:
            return
        with suppress(GalleryError), self._database.write() as connection:  # a full disk locks nobody out
            connection.execute(
                "UPDATE tokens SET last_used = ? WHERE id = ? AND coalesce(last_used, 0) < ?",
                (now, token.id, now),
            )

    def _unrevoked(self, connection: sqlite3.Connection) -> list[Token]:
        query = f"SELECT {_SELECTED} FROM tokens WHERE revoked IS NULL"  # noqa: S608 - our own columns
        return [_token(row) for row in connection.execute(query)]


def check_scopes(scopes: Iterable[str]) -> tuple[Scope, ...]:
    """The scopes of these names, and ``read``, which all include.

    Raises:
        InvalidRequestError: there is no such scope.
    """
    asked = {"read", *scopes}
    if unknown := sorted(asked.difference(SCOPES)):
        raise InvalidRequestError(
            f"There is no scope '{unknown[0][:40]}'.", hint=f"The scopes are {', '.join(SCOPES)}."
        )
    return tuple(scope for scope in SCOPES if scope in asked)


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _token(row: Sequence[Any]) -> Token:
    values = dict(zip(_COLUMNS, row, strict=True))
    values["scopes"] = tuple(values["scopes"].split())
    for column in ("created", "expires", "last_used", "revoked"):
        values[column] = None if values[column] is None else parse_time(values[column])
    return Token.model_construct(**values)  # validated when it was written; this runs at every request
