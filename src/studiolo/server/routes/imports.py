"""Pictures, and whole galleries, taken into the gallery from files that a client sends."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any, Final

from fastapi import APIRouter, Depends, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, Field
from starlette.datastructures import UploadFile

from studiolo.errors import InputError, TooLargeError
from studiolo.gallery import Gallery, ImportReport
from studiolo.gallery.faults import writing
from studiolo.server.announcing import announce
from studiolo.server.context import Needs, StudioDep
from studiolo.server.forms import BINARY, MULTIPART, ROOM, TEMPORARY, form_schema, sent_files
from studiolo.server.limits import MEGABYTE
from studiolo.server.problems import responses
from studiolo.studio import Studio

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


_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            MULTIPART: {
                "schema": form_schema(
                    {
                        "type": "array",
                        "items": BINARY,
                        "minItems": 1,
                        "maxItems": _MOST_FILES,
                        "description": "Pictures, or a .zip that an export wrote; it may be repeated.",
                    }
                )
            }
        },
    }
}


@router.post("/pictures", status_code=201, openapi_extra=_BODY)
async def import_pictures(request: Request, studio: StudioDep) -> Imported:
    """Take pictures into the gallery, with all they say about themselves; what is there is left alone.

    A file that cannot be read stops only itself: `failed` names it and says why.
    """
    async with sent_files(request, most=_MOST_FILES) as files:
        return await run_in_threadpool(_import_all, studio, files)


def _import_all(studio: Studio, files: list[UploadFile]) -> Imported:
    max_bytes = studio.settings.upload_mb * MEGABYTE
    for upload in files:  # before the first is taken in
        _check_size(upload, max_bytes)
    reports = [_import(studio.gallery, upload) for upload in files]
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


@contextmanager
def _temporary_folder() -> Generator[Path]:
    with writing(TEMPORARY, hint=ROOM):
        folder = tempfile.TemporaryDirectory(prefix="studiolo-import-", ignore_cleanup_errors=True)
    with folder as name:
        yield Path(name)


def _import(gallery: Gallery, upload: UploadFile) -> ImportReport:
    name = shown_name(upload.filename)
    with _temporary_folder() as folder:
        # What a file is, its content says; by its name the gallery only passes by what is no picture.
        is_zip = upload.file.read(2) == b"PK"
        upload.file.seek(0)
        path = folder / f"upload.{'zip' if is_zip else 'png'}"
        with writing(TEMPORARY, hint=ROOM), path.open("wb") as copy:
            shutil.copyfileobj(upload.file, copy)
        try:
            report = gallery.import_(path)
        except InputError as error:  # a zip that is not whole, or whose list is not
            return ImportReport(failed=((name, error.message),))
    failed = ((f"{name}: {inside}" if is_zip else name, why) for inside, why in report.failed)
    return report.model_copy(update={"failed": tuple(failed)})


def shown_name(name: str | None) -> str:
    """A client's name for a file, fit to be shown: its last part, without what is not printed."""
    last = PurePosixPath((name or "").replace("\\", "/")).name
    return "".join(letter for letter in last if letter.isprintable())[:_LONGEST_NAME] or "file"
