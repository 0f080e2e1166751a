"""The OpenAPI document, and a page that shows it without a script, a CDN or a network."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse, JSONResponse

from studiolo import __version__
from studiolo.server.dialects import dialects
from studiolo.server.problems import Problem, responses
from studiolo.server.security.access import COOKIE
from studiolo.server.security.guard import PUBLIC, PUBLIC_BELOW

DOCUMENT: Final = "/api/openapi.json"
PAGE: Final = "/api/reference"
DESCRIPTION: Final = """\
Everything the page does, a program can do: paint, ask, speak, search and keep.

**Pictures in requests** are references: `sha256:…` (brought by `POST /api/uploads`), `picture:ID` (of the
gallery), `data:image/png;base64,…`, or an address on the public web. Never a path.

**Whatever goes wrong** is a problem document (`application/problem+json`) with `detail`, `hint` and `error`,
and with the `request_id` that the server's log has, too.

**Access.** On the studio's own machine nothing is asked. Elsewhere send `Authorization: Bearer TOKEN`; tokens
come from `studiolo token create`. Each has scopes: `read` to look and search; `generate` to paint, ask and
speak; `edit` to star, tag, delete and bring in; `admin` for keys, settings and everything else.
"""
TAGS: Final = (
    ("session", "Signing in and out, and what the page must know before it draws anything."),
    ("jobs", "Every painting is a job: ask for it, watch it, call it off."),
    ("events", "What happens, as it happens: server-sent events that go on where a connection broke."),
    ("pictures", "The gallery: listed, found, changed, brought in."),
    ("collections", "Pictures that belong together."),
    ("shares", "Links that show one picture to whoever has them."),
    ("sources", "Pictures that others are made from."),
    ("prompts", "Prompts suggested and translated, and drafts of them."),
    ("answers", "Questions about pictures, and what was answered."),
    ("speech", "Texts spoken."),
    ("engines", "Who paints, answers and speaks; what is missing and the command for it."),
    ("settings", "What is chosen where nothing else is asked for."),
    ("OpenAI", "The same studio for clients of OpenAI's API, which need only another base address: `/v1`."),
    ("health", "For those who watch over servers."),
)
"""In the order of the document, which is the order of a person's way through the studio."""


def add_reference(app: FastAPI) -> None:
    """Serve the document and the page that shows it."""
    document = _document_of(app)

    def show_document(request: Request) -> Response:
        del request
        return JSONResponse(document())

    def show_page(request: Request) -> Response:
        from studiolo.server.reference_page import render

        del request
        return HTMLResponse(render(document()))

    app.openapi = document
    app.add_route(DOCUMENT, show_document, methods=["GET"], include_in_schema=False)
    app.add_route(PAGE, show_page, methods=["GET"], include_in_schema=False)


def _document_of(app: FastAPI) -> Callable[[], dict[str, Any]]:
    made: dict[str, Any] = {}

    def document() -> dict[str, Any]:
        if not made:
            made.update(_make_document(app))
        return made

    return document


def _make_document(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(
        title="studiolo",
        version=__version__,
        summary="A picture studio: write prompts, make pictures, ask about them, find every one again.",
        description=DESCRIPTION,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        routes=app.routes,
    )
    used = {tag for _, operation in operations(document) for tag in operation.get("tags", ())}
    document["tags"] = [{"name": name, "description": told} for name, told in TAGS if name in used]
    _declare_problems(document)
    _declare_access(document)
    return document


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every operation of ``document`` with its path."""
    for path, item in document["paths"].items():
        for operation in item.values():
            yield path, operation


def _declare_problems(document: dict[str, Any]) -> None:
    """Every operation may end in a problem; FastAPI's own shape of one is not ours."""
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    prefixes = tuple(dialect.prefix for dialect in dialects())
    for path, operation in operations(document):
        declared = operation.setdefault("responses", {})
        if path.startswith(prefixes):  # a dialect says it in its own way
            if "HTTPValidationError" in str(declared.get("422")):
                del declared["422"]
            continue
        for status, problem in responses(*((400, 413, 415) if "requestBody" in operation else ())).items():
            if "HTTPValidationError" in str(declared.get(str(status), "HTTPValidationError")):
                declared[str(status)] = problem


def _declare_access(document: dict[str, Any]) -> None:
    """How one shows a token; on the studio's own machine none is needed."""
    document["components"]["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": "From `studiolo token create`."},
        "session": {"type": "apiKey", "in": "cookie", "name": COOKIE, "description": "From signing in."},
    }
    for path, operation in operations(document):
        if path not in PUBLIC and not path.startswith(PUBLIC_BELOW):
            operation["security"] = [{"token": []}, {"session": []}, {}]
