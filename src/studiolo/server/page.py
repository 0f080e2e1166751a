"""The page's files: few and small, so they are kept in memory, pressed once, and named one by one.

What is not in the folder when the server starts is not there: no path is ever built from what a request says.
"""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException

from studiolo.web import FOLDER

INDEX: Final = "index.html"
MEDIA_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
"""What may be in the folder; a file of another kind is not served."""
_PRESSED: Final = frozenset({".css", ".html", ".js", ".json", ".svg", ".txt", ".webmanifest"})


@dataclass(frozen=True)
class _File:
    """One file of the page, as it was at ``stamp``."""

    content: bytes
    pressed: bytes | None
    etag: str
    media_type: str
    stamp: tuple[int, int]


class Page:
    """The files in ``folder``, by their path in it."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._paths = {
            path.relative_to(folder).as_posix(): path
            for path in folder.rglob("*")
            if path.suffix in MEDIA_TYPES and path.is_file()
        }
        self._files: dict[str, _File] = {}

    def serve(self, request: Request, name: str) -> Response:
        """The file of that name; nothing but its ETag to whoever has it.

        Raises:
            HTTPException: 404, there is none.
        """
        file = self._file(name)
        headers = {"etag": file.etag, "cache-control": "no-cache", "vary": "accept-encoding"}
        if file.etag in _tags(request.headers.get("if-none-match", "")):
            return Response(status_code=304, headers=headers)
        content = file.content
        if file.pressed is not None and "gzip" in request.headers.get("accept-encoding", ""):
            content, headers["content-encoding"] = file.pressed, "gzip"
        return Response(content, headers=headers, media_type=file.media_type)

    def _file(self, name: str) -> _File:
        path = self._paths.get(name)
        if path is None:
            raise HTTPException(404, "There is no such file")
        facts = path.stat()
        stamp = (facts.st_mtime_ns, facts.st_size)
        file = self._files.get(name)
        if file is None or file.stamp != stamp:  # an upgrade, or somebody who works on the page
            file = self._files[name] = _read(path, stamp)
        return file


def add_page(app: FastAPI) -> None:
    """Serve the page at ``/`` and what it is made of below ``/static/``."""
    page = Page()

    def index(request: Request) -> Response:
        return page.serve(request, INDEX)

    def static(request: Request) -> Response:
        return page.serve(request, request.path_params["name"])

    app.add_route("/", index, methods=["GET"], include_in_schema=False)
    app.add_route("/static/{name:path}", static, methods=["GET"], include_in_schema=False)


def _read(path: Path, stamp: tuple[int, int]) -> _File:
    content = path.read_bytes()
    pressed = gzip.compress(content, mtime=0) if path.suffix in _PRESSED else None
    return _File(
        content=content,
        pressed=pressed,
        etag=f'"{hashlib.sha256(content).hexdigest()[:32]}"',
        media_type=MEDIA_TYPES[path.suffix],
        stamp=stamp,
    )


def _tags(header: str) -> set[str]:
    return {tag.strip().removeprefix("W/") for tag in header.split(",")}
