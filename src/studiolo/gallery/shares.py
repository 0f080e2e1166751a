"""Links to single pictures for people without a token. Only a hash of each is kept; see :mod:`.tokens`."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from pydantic import AwareDatetime, BaseModel, ConfigDict

from studiolo.errors import InvalidRequestError, NotFoundError, PictureNotFoundError
from studiolo.gallery.database import Database
from studiolo.gallery.ids import new_id
from studiolo.gallery.picture import parse_time, to_microseconds

_RANDOM_BYTES: Final = 32
_SECRET_CHARACTERS: Final = 43
_COLUMNS: Final = ("id", "picture_id", "owner", "created", "expires", "metadata")
_SELECTED: Final = ", ".join(f"s.{column}" for column in _COLUMNS)


class Share(BaseModel):
    """A link to a picture. ``metadata``: its file says how it was made. ``owner`` is who made the link."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    picture_id: str
    owner: str = ""
    created: AwareDatetime
    expires: AwareDatetime | None = None
    metadata: bool = False

    @property
    def usable(self) -> bool:
        """Whether it has not expired."""
        return self.expires is None or self.expires > datetime.now(UTC)


class Shares:
    """The shared links of a gallery. Safe for threads and for several processes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(
        self, picture_id: str, *, expires: datetime | None = None, metadata: bool = False, owner: str = ""
    ) -> tuple[Share, str]:
        """A new link to the picture of that whole id, and its secret, which nothing can tell again.

        Raises:
            InvalidRequestError: ``expires`` is past.
            PictureNotFoundError: there is no such picture, or it lies in the trash.
            GalleryReadOnlyError, GalleryError: it was not kept.
        """
        now = datetime.now(UTC)
        if expires is not None and expires <= now:
            raise InvalidRequestError(
                f"A link that expired {expires:%Y-%m-%d %H:%M} would show nothing.",
                hint="Give a time to come, or none.",
            )
        share = Share(
            id=new_id(now),
            picture_id=picture_id,
            owner=owner,
            created=now,
            expires=expires,
            metadata=metadata,
        )
        secret = secrets.token_urlsafe(_RANDOM_BYTES)
        values = (
            share.id,
            _hash(secret),
            owner,
            to_microseconds(now),
            None if expires is None else to_microseconds(expires),
            int(metadata),
            picture_id,
        )
        query = """
            INSERT INTO shares (id, hash, picture_id, owner, created, expires, metadata)
            SELECT ?1, ?2, id, ?3, ?4, ?5, ?6 FROM pictures WHERE id = ?7 AND deleted IS NULL
        """
        with self._database.write() as connection:
            if not connection.execute(query, values).rowcount:
                raise PictureNotFoundError(
                    f"There is no picture '{picture_id[:40]}' to share.",
                    hint="If it lies in the trash, restore it first: studiolo gallery restore ID",
                )
        return share, secret

    def of(self, picture_id: str) -> tuple[Share, ...]:
        """The links to the picture of that whole id that still work, newest first."""
        query = f"SELECT {_SELECTED} FROM shares s WHERE picture_id = ? ORDER BY created DESC, id DESC"  # noqa: S608 - our own columns
        with self._database.read() as connection:
            shares = [_share(row) for row in connection.execute(query, (picture_id,))]
        return tuple(share for share in shares if share.usable)

    def find(self, secret: str) -> Share | None:
        """The link of that secret; None if there is none, or it expired, or its picture is in the trash."""
        if len(secret) != _SECRET_CHARACTERS or not secret.isascii():
            return None
        query = (
            f"SELECT {_SELECTED} FROM shares s JOIN pictures p ON p.id = s.picture_id "  # noqa: S608
            "WHERE s.hash = ? AND p.deleted IS NULL"
        )
        with self._database.read() as connection:
            row = connection.execute(query, (_hash(secret),)).fetchone()
        share = _share(row) if row is not None else None
        return share if share is not None and share.usable else None

    def remove(self, share_id: str) -> None:
        """Let a link show nothing from now on.

        Raises:
            NotFoundError: there is none of that id.
        """
        with self._database.write() as connection:
            if not connection.execute("DELETE FROM shares WHERE id = ?", (share_id,)).rowcount:
                raise NotFoundError(
                    f"There is no link '{share_id[:40]}'.", hint="It may have been removed already."
                )


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _share(row: Sequence[Any]) -> Share:
    values = dict(zip(_COLUMNS, row, strict=True))
    values["created"] = parse_time(values["created"])
    values["expires"] = None if values["expires"] is None else parse_time(values["expires"])
    return Share.model_validate(values)
