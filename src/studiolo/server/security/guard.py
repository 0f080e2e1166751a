"""The layer that looks at every request before any route does: is it meant for us, from where, from whom?"""

from __future__ import annotations

from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from studiolo.errors import UnauthenticatedError
from studiolo.server.context import ANONYMOUS
from studiolo.server.security.access import Access
from studiolo.server.security.hosts import Hosts
from studiolo.server.security.origins import check_origin

PUBLIC: Final = frozenset({"/", "/api/session", "/healthz", "/readyz"})
PUBLIC_BELOW: Final = ("/static/", "/share/")
"""What needs no token: the page, which asks for one; shared pictures, whose address is the secret; health."""


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
            caller = await self._access.identify(headers, _address(scope.get("client")))
            if caller is ANONYMOUS and path not in PUBLIC and not path.startswith(PUBLIC_BELOW):
                raise UnauthenticatedError(
                    "This needs a token, and none that is valid was shown.",
                    hint="Sign in on the page, or send 'Authorization: Bearer TOKEN'; "
                    "make one with: studiolo token create NAME",
                )
            scope.setdefault("state", {})["caller"] = caller
        await self.app(scope, receive, send)


def _address(place: tuple[str, int | None] | None) -> str:
    return place[0] if place else ""
