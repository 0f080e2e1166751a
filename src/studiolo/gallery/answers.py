"""What was asked about pictures and what was answered: kept with the picture, found by its search."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from studiolo.chat import Finish
from studiolo.errors import GalleryError, InvalidRequestError, PictureNotFoundError
from studiolo.gallery.blobs import BlobStore
from studiolo.gallery.database import Database
from studiolo.gallery.ids import MIN_ABBREVIATION, new_id, normalise
from studiolo.gallery.journal import Journal
from studiolo.gallery.picture import parse_time, to_microseconds

SPEECH: Final = "speech"
AudioFormat = Literal["wav", "mp3"]

_COLUMNS = (
    "id", "picture_id", "created", "kind", "question", "text", "engine", "model", "finish", "cost",
    "details", "speech_key", "speech",
)  # fmt: skip
_SELECTED = ", ".join(_COLUMNS)


class Speech(BaseModel):
    """An answer as audio; ``language`` is BCP-47."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    engine: str
    format: AudioFormat
    seconds: float
    language: str = ""
    voice: str = ""


class KeptAnswer(BaseModel):
    """A question about a picture and its answer.

    ``id`` sorts by time. ``finish`` is ``complete``, or says what cut the answer short. ``evidence`` are
    the findings it rests on. ``cost`` is in US dollars, ``timings`` seconds by stage.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    picture_id: str
    created: AwareDatetime
    kind: Literal["question", "description"] = "question"
    question: str
    text: str
    engine: str
    model: str = ""
    finish: Finish = "complete"
    cost: float | None = None
    evidence: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    timings: Mapping[str, float] = Field(default_factory=dict[str, float])
    input_tokens: int | None = None
    output_tokens: int | None = None
    speech_key: str | None = None
    speech: Speech | None = None


_DETAILS = ("evidence", "notes", "timings", "input_tokens", "output_tokens")


class Answers:
    """The questions and answers of a gallery. Safe for threads and for several processes."""

    def __init__(self, blobs: BlobStore, database: Database, journal: Journal) -> None:
        self._blobs = blobs
        self._database = database
        self._journal = journal

    def add(self, picture_id: str, *, question: str, text: str, engine: str, **more: Any) -> KeptAnswer:
        """Keep an answer with the picture of that whole id; ``more`` are other fields of KeptAnswer.

        Raises:
            PictureNotFoundError: the picture is gone.
        """
        created: datetime = more.pop("created", None) or datetime.now(UTC)
        answer = KeptAnswer(
            id=new_id(created),
            picture_id=picture_id,
            created=created,
            question=question,
            text=text,
            engine=engine,
            **more,
        )
        with self._database.write() as connection:
            try:
                insert(connection, answer)
            except sqlite3.IntegrityError as error:
                raise PictureNotFoundError(
                    f"There is no picture '{picture_id}' in the gallery any more.",
                    hint="The answer was not kept.",
                ) from error
        return answer

    def of(self, picture_id: str) -> tuple[KeptAnswer, ...]:
        """What was asked about the picture of that whole id, oldest first."""
        return tuple(self._select("picture_id = ? ORDER BY created, id", picture_id))

    def known(self, answer_ids: Sequence[str]) -> set[str]:
        """Those of these whole ids that are there."""
        query = "SELECT id FROM answers WHERE id IN (SELECT value FROM json_each(?))"
        with self._database.read() as connection:
            return {row[0] for row in connection.execute(query, (json.dumps(list(answer_ids)),))}

    def get(self, answer_id: str) -> KeptAnswer:
        """The answer of that id, its unique beginning or end, or the ``latest``.

        Raises:
            PictureNotFoundError: none, or several.
        """
        text = normalise(answer_id)
        if answer_id.strip().lower() == "latest":
            found = self._select("1 ORDER BY created DESC, id DESC LIMIT 1")
        elif len(text) < MIN_ABBREVIATION:
            found = []
        else:
            ends = "substr(id, 1, length(?1)) = ?1 OR substr(id, -length(?1)) = ?1"
            found = self._select(ends, text)
        if len(found) == 1:
            return found[0]
        said = "could be several" if found else "is none that was given"
        raise PictureNotFoundError(
            f"The answer '{answer_id}' {said}.", hint="See the answers of a picture: studiolo gallery show ID"
        )

    def remove(self, answer_ids: Iterable[str]) -> None:
        """Forget answers, and how they sound.

        Raises:
            PictureNotFoundError: one of them is not there; nothing was changed.
        """
        answers = [self.get(answer_id) for answer_id in answer_ids]
        with self._database.write() as connection:
            for answer in answers:
                connection.execute("DELETE FROM answers WHERE id = ?", (answer.id,))
                _refresh_words(connection, answer.picture_id)
            entry = self._journal.begin(connection, [a.speech_key for a in answers if a.speech_key])
        self._journal.remove_unowned(self._blobs, entry)

    def add_speech(self, answer: KeptAnswer, audio: bytes, speech: Speech) -> KeptAnswer:
        """Keep an answer's audio with it, instead of what was there.

        Raises:
            DiskFullError, GalleryReadOnlyError, GalleryError: it was not kept.
        """
        key = speech_key(answer, speech.format)
        with self._database.write() as connection:
            query = "SELECT speech_key FROM answers WHERE id = ? AND speech_key IS NOT NULL"
            replaced = [old for (old,) in connection.execute(query, (answer.id,))]
            entry = self._journal.begin(connection, list({key, *replaced}))
        try:
            self._blobs.put(key, audio, overwrite=True)
            with self._database.write() as connection:
                changed = connection.execute(
                    "UPDATE answers SET speech_key = ?, speech = ? WHERE id = ?",
                    (key, speech.model_dump_json(), answer.id),
                ).rowcount
            if not changed:
                raise PictureNotFoundError(
                    f"The answer '{answer.id}' is gone.", hint="The audio was not kept."
                )
        finally:  # the file of a failed write, or the one that was replaced
            with suppress(GalleryError):
                self._journal.remove_unowned(self._blobs, entry)
        return answer.model_copy(update={"speech_key": key, "speech": speech})

    def audio(self, answer: KeptAnswer) -> bytes:
        """How the answer sounds.

        Raises:
            InvalidRequestError: it was not spoken yet.
            GalleryError: its file is missing.
        """
        return self._blobs.get(_key(answer))

    def path(self, answer: KeptAnswer) -> Path:
        """The file of :meth:`audio`.

        Raises:
            InvalidRequestError: it was not spoken yet.
            GalleryError: the gallery's files are not on this machine.
        """
        return self._blobs.path(_key(answer))

    def speech_keys(self) -> dict[str, str]:
        """The keys of all audio files, and whose they are."""
        with self._database.read() as connection:
            query = "SELECT speech_key, id FROM answers WHERE speech_key IS NOT NULL"
            return dict(connection.execute(query).fetchall())

    def forget_speech(self, keys: Iterable[str]) -> None:
        """Say of answers that they were not spoken: these files of theirs are lost, and can be made again."""
        with self._database.write() as connection:
            connection.execute(
                "UPDATE answers SET speech_key = NULL, speech = NULL "
                "WHERE speech_key IN (SELECT value FROM json_each(?))",
                (json.dumps(list(keys)),),
            )

    def _select(self, where: str, *values: object) -> list[KeptAnswer]:
        with self._database.read() as connection:
            query = f"SELECT {_SELECTED} FROM answers WHERE {where}"  # noqa: S608 - our own clauses
            return [_answer(row) for row in connection.execute(query, values)]


def speech_key(answer: KeptAnswer, format: AudioFormat) -> str:  # noqa: A002 - the field's word
    """Where the audio of an answer is kept."""
    return f"{SPEECH}/{answer.created.astimezone(UTC):%Y/%m/%d}/{answer.id}.{format}"


def insert(connection: sqlite3.Connection, answer: KeptAnswer) -> None:
    """Add an answer's row within a transaction."""
    details = answer.model_dump(mode="json", include=set(_DETAILS), exclude_defaults=True)
    values: dict[str, Any] = {column: getattr(answer, column, None) for column in _COLUMNS}
    values["created"] = to_microseconds(answer.created)
    values["details"] = json.dumps(details, ensure_ascii=False)
    values["speech"] = answer.speech.model_dump_json() if answer.speech else None
    connection.execute(
        f"INSERT INTO answers ({_SELECTED}) VALUES ({', '.join('?' * len(_COLUMNS))})",  # noqa: S608
        list(values.values()),
    )
    _refresh_words(connection, answer.picture_id)


def _refresh_words(connection: sqlite3.Connection, picture_id: str) -> None:
    connection.execute(
        "UPDATE pictures SET answers = coalesce((SELECT group_concat(question || char(10) || text, char(10)) "
        "FROM answers WHERE picture_id = pictures.id), '') WHERE id = ?",
        (picture_id,),
    )


def _answer(row: Sequence[Any]) -> KeptAnswer:
    values = dict(zip(_COLUMNS, row, strict=True))
    values["created"] = parse_time(values["created"])
    values["speech"] = json.loads(values["speech"]) if values["speech"] else None
    details = json.loads(values.pop("details"))
    return KeptAnswer.model_validate({**values, **details})


def _key(answer: KeptAnswer) -> str:
    if answer.speech_key is None:
        raise InvalidRequestError(
            f"The answer '{answer.id}' has not been spoken yet.",
            hint=f"Run: studiolo speak --answer {answer.id}",
        )
    return answer.speech_key
