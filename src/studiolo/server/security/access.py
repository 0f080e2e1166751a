"""From a request to its caller: this machine's own user, a token, or nobody yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import cookie_parser

from studiolo.gallery import Gallery
from studiolo.server.context import ANONYMOUS, Caller
from studiolo.server.security.hosts import host_name, is_loopback
from studiolo.server.security.slowing import Slowing

COOKIE: Final = "studiolo"
FORWARDED: Final = ("forwarded", "via", "x-forwarded-", "x-real-ip", "x-client-ip", "true-client-ip", "cf-")
"""How headers begin that a proxy adds: who sends one is not at this machine, whatever the connection says."""


class Access:
    """Who a request comes from.

    Args:
        gallery: whose tokens open the door.
        bound: the address the server listens on.
        tokens_required: of this machine's own user, too.
    """

    def __init__(self, gallery: Gallery, *, bound: str, tokens_required: bool) -> None:
        self.slowing = Slowing()
        self._gallery = gallery
        self._login_free = is_loopback(bound) and not tokens_required

    async def identify(self, headers: Headers, peer: str) -> Caller:
        """The caller; ``ANONYMOUS`` who shows no token, or none that is any good.

        Args:
            headers: the request's.
            peer: the address at the connection's other end; empty where there is none.

        Raises:
            RateLimitedError: too many wrong tokens come from there at once.
        """
        caller = self.recognise(headers, peer)
        secret = shown_secret(headers)
        return await self.admit(secret, peer) if caller is ANONYMOUS and secret else caller

    def recognise(self, headers: Headers, peer: str) -> Caller:
        """This machine's own user, or ``ANONYMOUS``: whatever token is shown is not looked at."""
        return Caller(loopback=True) if self._is_at_this_machine(headers, peer) else ANONYMOUS

    async def admit(self, secret: str, peer: str) -> Caller:
        """The caller whose token ``secret`` is; ``ANONYMOUS`` if it is nobody's, said the later the oftener.

        Raises:
            RateLimitedError: too many wrong tokens come from there at once.
        """
        token = await run_in_threadpool(self._gallery.tokens.find, secret)
        if token is None:
            await self.slowing.punish(peer)
            return ANONYMOUS
        self.slowing.forgive(peer)
        return Caller(id=token.id, name=token.name, scopes=frozenset(token.scopes))

    def _is_at_this_machine(self, headers: Headers, peer: str) -> bool:
        return (
            self._login_free
            and is_loopback(peer)
            and is_loopback(host_name(headers.get("host", "")))
            and not any(name.startswith(FORWARDED) for name in headers)
        )


def shown_secret(headers: Headers) -> str:
    """The token a request shows, as ``Authorization: Bearer …`` or in the session's cookie; else empty."""
    scheme, _, secret = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return secret.strip()
    cookies: Mapping[str, str] = cookie_parser(headers.get("cookie", ""))
    return cookies.get(COOKIE, "")
