"""Files that clients send in forms (multipart/form-data)."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, Final

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from studiolo.errors import InvalidRequestError
from studiolo.gallery.faults import writing

MULTIPART: Final = "multipart/form-data"
BINARY: Final = {"type": "string", "format": "binary"}
TEMPORARY: Final = "The system's folder for temporary files"
ROOM: Final = "Give the server one with room: TMPDIR=FOLDER."
"""For :func:`studiolo.gallery.faults.writing`: where files wait until they are read."""


def media_type(request: Request) -> str:
    """What a request says its body is, without parameters, in lower case; empty if it does not."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def form_schema(file: dict[str, Any]) -> dict[str, Any]:
    """The schema of a form that has the field ``file`` and no other."""
    return {
        "type": "object",
        "properties": {"file": file},
        "required": ["file"],
        "additionalProperties": False,
    }


@asynccontextmanager
async def sent_files(request: Request, *, most: int) -> AsyncGenerator[list[UploadFile]]:
    """The files in the form's field ``file``; closed, and gone from the disk, afterwards.

    Raises:
        InvalidRequestError: there is none, or something beside it.
        HTTPException: the body is no form (415), damaged, or has more than ``most`` files (400).
        DiskFullError, GalleryError: there is no room for larger ones to wait in.
    """
    if media_type(request) != MULTIPART:
        raise HTTPException(415, f"Files are taken as {MULTIPART}")
    with writing(TEMPORARY, hint=ROOM):
        form = await request.form(max_files=most, max_fields=most)
    try:
        files = [value for name, value in form.multi_items() if name == "file"]
        sent = [file for file in files if isinstance(file, UploadFile)]
        if not sent or len(sent) != len(form.multi_items()):
            raise InvalidRequestError(
                "The form has no file, or something beside it.", hint="Send the field 'file', with a file."
            )
        yield sent
    finally:
        await form.close()
