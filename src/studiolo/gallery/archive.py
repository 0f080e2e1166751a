"""Galleries in and out: a folder or zip of ``images/``, ``sources/``, ``speech/`` and ``pictures.jsonl``.

A line of ``pictures.jsonl`` is one picture: everything the catalog knows, ``file`` for its image,
``sources`` for the pictures it was made from, ``answers`` for what was asked about it and ``collections``
for the names of those it is in. Files are named by id, and each picture also says in itself how it was
made, so the images alone are a good export too.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final, cast

from studiolo.errors import InvalidImageError, InvalidRequestError
from studiolo.gallery.answers import KeptAnswer, speech_key
from studiolo.gallery.bundles import LINES, Bundle, new_bundle, open_bundle
from studiolo.gallery.collections import put_into
from studiolo.gallery.describing import describe_file, file_fields, source_keys
from studiolo.gallery.faults import writing
from studiolo.gallery.ids import is_id
from studiolo.gallery.keeping import Keeper
from studiolo.gallery.names import clean_name
from studiolo.gallery.picture import ImportReport, Picture, PictureFilter
from studiolo.imaging.decode import load_image
from studiolo.imaging.thumbnails import thumbnail

if TYPE_CHECKING:
    from studiolo.gallery.gallery import Gallery

_IMAGES = "images"
_PAGE = 500
_PICTURE_SUFFIXES: Final = {
    ".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif"
}  # fmt: skip


def export(gallery: Gallery, destination: Path, wanted: PictureFilter) -> int:
    """Write the pictures that pass the filter; see :meth:`studiolo.gallery.Gallery.export`."""
    if destination.exists():
        raise InvalidRequestError(
            f"'{destination}' exists already.", hint="Give a new folder, or a new file ending in .zip"
        )
    with writing(f"'{destination}'", hint="Choose another place."), new_bundle(destination) as write:
        lines: list[str] = []
        written: set[str] = set()
        for picture in _all(gallery, wanted):
            file = f"{_IMAGES}/{PurePosixPath(picture.image_key).name}"
            sources = [key for key in source_keys(picture.request) if gallery.blobs.exists(key)]
            write(file, gallery.blobs.get(picture.image_key))
            for key in sources:
                if key not in written:
                    write(key, gallery.blobs.get(key))
                    written.add(key)
            answers = gallery.answers.of(picture.id)
            for key in (answer.speech_key for answer in answers):
                if key and gallery.blobs.exists(key):
                    write(key, gallery.blobs.get(key))
            fields = picture.model_dump(mode="json", exclude={"image_key", "thumbnail_key", "deleted"})
            fields |= {"file": file, "sources": sources}
            fields["answers"] = [answer.model_dump(mode="json") for answer in answers]
            fields["collections"] = [collection.name for collection in gallery.collections.of(picture.id)]
            lines.append(json.dumps(fields, ensure_ascii=False))
        write(LINES, "".join(line + "\n" for line in lines).encode())
    return len(lines)


def import_from(keeper: Keeper, sources: Sequence[Path]) -> ImportReport:
    """Take in whatever ``sources`` are; see :meth:`studiolo.gallery.Gallery.import_`."""
    for source in sources:
        if not source.exists():
            raise InvalidImageError(
                f"There is nothing at '{source}'.", hint="Check the path; nothing was imported."
            )
    importer = _Importer(keeper)
    for source in sources:
        _import_one(importer, source)
    return ImportReport(
        added=tuple(importer.added), already_here=importer.already_here, failed=tuple(importer.failed)
    )


def _import_one(importer: _Importer, source: Path) -> None:
    with open_bundle(source) as bundle:
        described = {}
        if LINES in bundle.names():
            described = {str(line.get("file")): line for line in _lines(bundle.read(LINES))}
        for name in bundle.names():
            path = PurePosixPath(name)
            hidden = any(part.startswith((".", "__MACOSX")) for part in path.parts)
            if path.suffix.lower() in _PICTURE_SUFFIXES and not hidden and path.parts[0] != "sources":
                importer.take(bundle, name, described.get(name))


class _Importer:
    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        self.added: list[str] = []
        self.failed: list[tuple[str, str]] = []
        self.already_here = 0

    def take(self, bundle: Bundle, name: str, line: dict[str, Any] | None) -> None:
        """One picture; what is wrong with it stops only this one."""
        try:
            content = bundle.read(name)
            picture = self._describe(content, line, bundle.modified(name))
            if picture is None:
                self.already_here += 1
                return
            image = load_image(content)
            keys = source_keys(picture.request)
            sources = {key: bundle.read(key) for key in keys if key in bundle.names()}
            answers = self._new(_answers(picture.id, line or {}, bundle))
            speech = {key: bundle.read(key) for answer in answers if (key := answer.speech_key)}
            names = _collection_names(line or {})
            self._keeper.keep(
                picture,
                content,
                thumbnail(image),
                sources,
                answers=answers,
                speech=speech,
                within=lambda connection, kept: put_into(connection, kept.id, names),
            )
        except (InvalidImageError, ValueError, OverflowError) as error:  # pydantic's, or no date
            said = (
                error.message if isinstance(error, InvalidImageError) else "its line in the list is damaged"
            )
            self.failed.append((name, said))
        else:
            self.added.append(picture.id)

    def _new(self, answers: list[KeptAnswer]) -> list[KeptAnswer]:
        """Those that the gallery does not have: an id stands for one answer."""
        known = self._keeper.answers.known([answer.id for answer in answers])
        return list({answer.id: answer for answer in answers if answer.id not in known}.values())

    def _describe(self, content: bytes, line: dict[str, Any] | None, modified: datetime) -> Picture | None:
        """The row to add; None if the picture is here, by its bytes or by its id."""
        catalog = self._keeper.catalog
        sha256 = hashlib.sha256(content).hexdigest()
        if catalog.by_sha256(sha256) is not None:
            return None
        picture = describe_file(content, modified=modified)
        if line is not None:
            if line.get("sha256") != sha256:
                raise InvalidImageError("The file is not the one that was exported.")
            known = {key: value for key, value in line.items() if key in Picture.model_fields}
            kept_id, created = str(line.get("id")), datetime.fromisoformat(str(line.get("created")))
            if not is_id(kept_id):
                raise InvalidImageError(f"'{kept_id[:40]}' is no picture's id.")
            files = file_fields(kept_id, created, content, PurePosixPath(picture.image_key).suffix)
            picture = Picture.model_validate({**known, **files})
        return None if catalog.get(picture.id) is not None else picture


def _answers(picture_id: str, line: Mapping[str, Any], bundle: Bundle) -> list[KeptAnswer]:
    """The answers of a line; how they sound only where the file is there, under the name it must have."""
    listed: object = line.get("answers", [])
    if not isinstance(listed, list):
        raise InvalidImageError("Its answers are no list.")
    answers: list[KeptAnswer] = []
    for fields in cast("list[object]", listed):
        if not isinstance(fields, dict):
            raise InvalidImageError("One of its answers is damaged.")
        answer = KeptAnswer.model_validate({**fields, "picture_id": picture_id})
        if not is_id(answer.id):
            raise InvalidImageError(f"'{answer.id[:40]}' is no answer's id.")
        if answer.speech_key != (answer.speech and speech_key(answer, answer.speech.format)) or (
            answer.speech_key not in bundle.names()
        ):
            answer = answer.model_copy(update={"speech_key": None, "speech": None})
        answers.append(answer)
    return answers


def _collection_names(line: Mapping[str, Any]) -> list[str]:
    listed: object = line.get("collections", [])
    if not isinstance(listed, list):
        raise InvalidImageError("Its collections are no list.")
    try:
        return [clean_name(str(name), "collection") for name in cast("list[object]", listed)]
    except InvalidRequestError as error:
        raise InvalidImageError(error.message) from error


def _all(gallery: Gallery, wanted: PictureFilter) -> Iterator[Picture]:
    before: str | None = None
    while True:
        page = gallery.list(wanted, limit=_PAGE, before=before)
        yield from page.pictures
        if page.next is None:
            return
        before = page.next


def _lines(content: bytes) -> Iterator[dict[str, Any]]:
    # One at a time, and ended by nothing but a line feed: a prompt may hold Unicode's other ends of lines.
    for number, text in enumerate(io.BytesIO(content), start=1):
        try:
            line: object = json.loads(text.decode("utf-8", errors="replace"))
        except (ValueError, RecursionError) as error:  # a number too long, brackets too deep
            raise InvalidRequestError(
                f"Line {number} of {LINES} is damaged.",
                hint=f"Remove that line, or all of {LINES}: the pictures themselves say how they were made.",
            ) from error
        if isinstance(line, dict):
            yield cast("dict[str, Any]", line)
