"""What every route is given: the studio, and who is asking."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Request

from studiolo.errors import ForbiddenError
from studiolo.gallery.tokens import SCOPES, Scope
from studiolo.studio import Studio


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who is asking. ``id`` is the token's, empty for this machine's own user."""

    id: str = ""
    name: str = "this machine"
    scopes: frozenset[Scope] = frozenset(SCOPES)
    loopback: bool = False

    def allows(self, scope: Scope) -> bool:
        """Whether this caller may do what ``scope`` stands for; an admin may do everything."""
        return scope in self.scopes or "admin" in self.scopes


ANONYMOUS: Final = Caller(name="nobody", scopes=frozenset())
"""Who showed no token yet: sees the page and what is public, and may sign in."""


# These wait for nothing: as coroutines they run where they are called, and not each in a thread.
async def get_studio(request: Request) -> Studio:
    """The studio this server opened."""
    studio: Studio = request.app.state.studio
    return studio


async def get_caller(request: Request) -> Caller:
    """Who is asking, as the security middleware found out."""
    caller: Caller = request.state.caller
    return caller


StudioDep = Annotated[Studio, Depends(get_studio)]
CallerDep = Annotated[Caller, Depends(get_caller)]


class Needs:
    """A dependency of a router or a route: the caller has this scope.

    Raises:
        ForbiddenError: it has not.
    """

    def __init__(self, scope: Scope) -> None:
        self.scope: Scope = scope

    async def __call__(self, caller: CallerDep) -> None:
        """Let the caller pass, or raise."""
        if not caller.allows(self.scope):
            raise ForbiddenError(
                f"The token '{caller.name}' does not allow this: it lacks the scope '{self.scope}'.",
                hint=f"Make one that does: studiolo token create NAME --scope {self.scope}",
            )


async def on_this_machine(caller: CallerDep) -> None:
    """A dependency of a route: the caller is this machine's own user.

    Raises:
        ForbiddenError: it comes from elsewhere, or through a proxy.
    """
    if not caller.loopback:
        raise ForbiddenError(
            "Keys and settings are changed only on the machine that serves the studio.",
            hint="There: studiolo config set NAME",
        )
