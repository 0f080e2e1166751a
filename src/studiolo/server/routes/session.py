"""Signing in and out, and what the page must know before it draws anything."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from studiolo import __version__
from studiolo.errors import UnauthenticatedError
from studiolo.gallery.tokens import Scope
from studiolo.server.context import ANONYMOUS, Caller, CallerDep, StudioDep
from studiolo.server.limits import MEGABYTE
from studiolo.server.problems import responses
from studiolo.server.security.access import COOKIE, Access

LONGEST: Final = timedelta(days=90)
"""How long a browser stays signed in, unless the token expires or is revoked before."""

router = APIRouter(prefix="/api/session", tags=["session"])


class Limits(BaseModel):
    """What is taken at most."""

    upload_bytes: int = Field(description="Largest picture a client may bring.")
    queue: int = Field(description="Jobs that may wait at once.")


class Defaults(BaseModel):
    """What paints, answers and speaks where nothing else is asked for."""

    engine: str
    assistant: str
    speech: str


class Session(BaseModel):
    """Who is asking, and what the page must know of the studio."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "login_required": False,
                "authenticated": True,
                "name": "this machine",
                "scopes": ["read", "generate", "edit", "admin"],
                "loopback": True,
                "version": __version__,
                "limits": {"upload_bytes": 32_000_000, "queue": 100},
                "defaults": {"engine": "pocket", "assistant": "pocket", "speech": "espeak"},
                "offline": False,
            }
        }
    )

    login_required: bool = Field(description="Whether a token is needed from where the request came.")
    authenticated: bool = Field(description="Whether the caller may do more than sign in.")
    name: str = Field(description="The token's name, or what this machine's own user is called.")
    scopes: list[Scope] = Field(description="What the caller may do.")
    loopback: bool = Field(description="Whether the request came from this machine's own user.")
    version: str
    limits: Limits
    defaults: Defaults
    offline: bool = Field(description="Whether connections beyond this machine are refused.")


class Credentials(BaseModel):
    """What one signs in with."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    token: Annotated[str, Field(min_length=1, max_length=200, examples=["stl_…"])]


@router.get("", responses=responses())
def get_session(request: Request, response: Response, studio: StudioDep, caller: CallerDep) -> Session:
    """Who is asking, what is taken and what is chosen; needs no token.

    A cookie that opens nothing any more is taken out of the browser.
    """
    if caller is ANONYMOUS and COOKIE in request.cookies:
        _take_cookie(request, response)
    return _session(studio, caller)


@router.post("", responses=responses(401, 429))
async def sign_in(
    credentials: Credentials, request: Request, response: Response, studio: StudioDep
) -> Session:
    """Keep a token in this browser: a cookie that no script reads and no other site sends."""
    access: Access = request.app.state.access
    caller = await access.admit(credentials.token.strip(), request.client.host if request.client else "")
    if caller is ANONYMOUS:
        raise UnauthenticatedError(
            "This token opens nothing: it is wrong, revoked or expired.",
            hint="See: studiolo token list. Make one with: studiolo token create NAME",
        )
    response.set_cookie(
        COOKIE,
        credentials.token.strip(),
        max_age=int(LONGEST.total_seconds()),
        httponly=True,
        samesite="strict",
        secure=_is_https(request),
    )
    return _session(studio, caller)


@router.delete("", status_code=204, responses=responses())
def sign_out(request: Request, response: Response) -> None:
    """Take the token out of this browser, and the pictures that it keeps for good."""
    _take_cookie(request, response)
    response.headers["Clear-Site-Data"] = '"cache"'


def _take_cookie(request: Request, response: Response) -> None:
    response.delete_cookie(COOKIE, httponly=True, samesite="strict", secure=_is_https(request))


def _session(studio: StudioDep, caller: Caller) -> Session:
    settings = studio.settings
    return Session(
        login_required=not caller.loopback,
        authenticated=caller is not ANONYMOUS,
        name=caller.name,
        scopes=sorted(caller.scopes),
        loopback=caller.loopback,
        version=__version__,
        limits=Limits(upload_bytes=settings.upload_mb * MEGABYTE, queue=settings.queue_size),
        defaults=Defaults(engine=settings.engine, assistant=settings.assistant, speech=settings.speech),
        offline=settings.offline,
    )


def _is_https(request: Request) -> bool:
    """Whether the browser came by https: a proxy takes that off, but not from the page's own origin."""
    return request.url.scheme == "https" or request.headers.get("origin", "").startswith("https://")
