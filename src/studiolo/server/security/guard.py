"""The layer that looks at every request before any route does: is it meant for us, from where, from whom?"""

from __future__ import annotations

from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from studiolo.errors import UnauthenticatedError
from studiolo.server.context import ANONYMOUS
from studiolo.server.security.access import Access
from studiolo.server.security.hosts import Hosts
from studiolo.server.security.origins import SAFE_METHODS, check_origin

PUBLIC: Final = frozenset({"/", "/api/session", "/healthz", "/readyz"})
PUBLIC_BELOW: Final = ("/static/", "/share/")
"""What needs no token: the page, which asks for one; shared pictures, whose address is the secret; health."""
_SESSION: Final = "/api/session"


class Guard:
    """ASGI middleware: refuses what is not for us, and puts the caller into ``request.state.caller``."""

    def __init__(self, app: ASGIApp, *, hosts: Hosts, access: Access) -> None:
        self.app = app
        self._hosts = hosts
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request pass, with its caller.

        Raises:
            ForbiddenError: it is meant for another host, or another site's page sent it.
            UnauthenticatedError: it shows no token that is any good, and needs one.
            RateLimitedError: too many wrong tokens come from its address.
        """
        if scope["type"] == "http":
            headers, path = Headers(scope=scope), scope["path"]
            self._hosts.check(headers.get("host"), _address(scope.get("server")))
            check_origin(scope["method"], path, headers)
            peer = _address(scope.get("client"))
            if _is_for_everybody(scope["method"], path):
                caller = self._access.recognise(headers, peer)
            else:
                caller = await self._access.identify(headers, peer)
            if caller is ANONYMOUS and not _is_public(path):
                raise UnauthenticatedError(
                    "This needs a token, and none that is valid was shown.",
                    hint="Sign in on the page, or send 'Authorization: Bearer TOKEN'; "
                    "make one with: studiolo token create NAME",
                )
            scope.setdefault("state", {})["caller"] = caller
        await self.app(scope, receive, send)


def _is_public(path: str) -> bool:
    return path in PUBLIC or path.startswith(PUBLIC_BELOW)


def _is_for_everybody(method: str, path: str) -> bool:
    """Whether the answer is the same for whoever asks, so that no token is looked at.

    A browser whose token was revoked still sends it, with each of the page's files and when it signs in anew:
    that is no guessing, and must not keep the page from asking for another.
    """
    return _is_public(path) and not (path == _SESSION and method in SAFE_METHODS)


def _address(place: tuple[str, int | None] | None) -> str:
    return place[0] if place else ""
