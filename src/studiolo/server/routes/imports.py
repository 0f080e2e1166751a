"""Pictures, and whole galleries, taken into the gallery from files that a client sends."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path, PurePosixPath
from typing import Annotated

from fastapi import APIRouter, Depends, File, UploadFile
from pydantic import BaseModel, Field

from studiolo.errors import TooLargeError
from studiolo.gallery import Gallery, ImportReport
from studiolo.server.announcing import announce
from studiolo.server.context import Needs, StudioDep
from studiolo.server.limits import MEGABYTE
from studiolo.server.problems import responses

_MOST_FILES = 200
_LONGEST_NAME = 80
"""Of a client's own name for a file, told back where it could not be read. It never names a file here."""

router = APIRouter(
    prefix="/api",
    tags=["pictures"],
    dependencies=[Depends(Needs("edit"))],
    responses=responses(413, 415, 507),
)


class NotTaken(BaseModel):
    """A file that could not be read."""

    name: str = Field(description="What the client calls it.", examples=["notes.txt"])
    why: str = Field(examples=["The image is a text file, not a picture."])


class Imported(BaseModel):
    """What an import did."""

    added: tuple[str, ...] = Field(description="Ids of the pictures that are new.")
    already_here: int = Field(description="How many were in the gallery before.")
    failed: tuple[NotTaken, ...]


@router.post("/pictures", status_code=201)
def import_pictures(
    file: Annotated[
        list[UploadFile],
        File(
            description="Pictures, or a .zip that an export wrote; it may be repeated.",
            max_length=_MOST_FILES,
        ),
    ],
    studio: StudioDep,
) -> Imported:
    """Take pictures into the gallery, with all they say about themselves; what is there is left alone.

    A file that cannot be read stops only itself: `failed` names it and says why.
    """
    max_bytes = studio.settings.upload_mb * MEGABYTE
    for upload in file:  # before the first is taken in
        _check_size(upload, max_bytes)
    reports = [_import(studio.gallery, upload) for upload in file]
    added = tuple(picture_id for report in reports for picture_id in report.added)
    if added:
        announce(studio, "added", added)
    return Imported(
        added=added,
        already_here=sum(report.already_here for report in reports),
        failed=tuple(NotTaken(name=name, why=why) for report in reports for name, why in report.failed),
    )


def _check_size(upload: UploadFile, max_bytes: int) -> None:
    if upload.size is not None and upload.size > max_bytes:
        name, size = shown_name(upload.filename), upload.size / MEGABYTE
        raise TooLargeError(
            f"'{name}' has {size:.0f} MB; at most {max_bytes / MEGABYTE:.0f} are taken.",
            hint="Import it where the server runs (studiolo gallery import), or raise STUDIOLO_UPLOAD_MB.",
        )


def _import(gallery: Gallery, upload: UploadFile) -> ImportReport:
    with tempfile.TemporaryDirectory(prefix="studiolo-import-") as folder:
        # What a file is, its content says; by its name the gallery only passes by what is no picture.
        is_zip = upload.file.read(2) == b"PK"
        upload.file.seek(0)
        path = Path(folder) / f"upload.{'zip' if is_zip else 'png'}"
        with path.open("wb") as copy:
            shutil.copyfileobj(upload.file, copy)
        report = gallery.import_(path)
    name = shown_name(upload.filename)
    failed = ((f"{name}: {inside}" if is_zip else name, why) for inside, why in report.failed)
    return report.model_copy(update={"failed": tuple(failed)})


def shown_name(name: str | None) -> str:
    """A client's name for a file, fit to be shown: its last part, without what is not printed."""
    last = PurePosixPath((name or "").replace("\\", "/")).name
    return "".join(letter for letter in last if letter.isprintable())[:_LONGEST_NAME] or "file"
