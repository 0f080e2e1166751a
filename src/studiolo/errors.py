"""Everything studiolo raises on purpose, in one tree.

    StudioloError
    ├── InputError                  the caller can mend it             exit code 2
    │   ├── InvalidRequestError     a value is out of range or contradictory
    │   ├── InvalidImageError       a file that is no picture we can open safely
    │   ├── UnsupportedRequestError this engine cannot do that (others may)
    │   ├── UnknownEngineError      no engine of that name
    │   ├── PictureNotFoundError    no picture of that id
    │   ├── NotFoundError           no job, collection, token or share of that id
    │   ├── UnsafeAddressError      a web address that is not fetched: private, too large, no picture
    │   ├── TooLargeError           an upload or request body beyond what is taken
    │   ├── CostLimitError          it would cost more than was allowed, or nobody knows what
    │   └── SettingsError           a setting, .env or config file is wrong
    ├── EngineError                 the engine could not do its work   exit code 1
    │   ├── MissingExtraError       an optional dependency is not installed
    │   ├── OfflineError            a connection was asked for, STUDIOLO_OFFLINE forbids it
    │   ├── CredentialsError        a service has no key, or does not take it
    │   ├── RateLimitedError        a service asks to wait, or the quota is spent
    │   ├── ContentRefusedError     a service's content filter declined
    │   ├── EngineTimeoutError      no answer came in time
    │   ├── BrokenStreamError       an answer broke off; what had come is kept
    │   └── BadAnswerError          a model did not answer in the form asked for; says what it said
    ├── GalleryError                the gallery could not do its work  exit code 1
    │   ├── GalleryReadOnlyError
    │   ├── GalleryCorruptError
    │   ├── GalleryTooNewError      written by a newer studiolo
    │   └── DiskFullError
    ├── QueueFullError              too many jobs are waiting; says when to come again
    ├── AccessError                 a client may not do that            exit code 1
    │   ├── UnauthenticatedError    it has no token, or not a valid one
    │   └── ForbiddenError          its token, address or origin does not allow it
    └── Cancelled                   the caller asked to stop           exit code 130
        └── Closing                 the studio closes: what is being paid for may still come

Each carries a ``hint``: the next thing to do, usually a command.
"""

from __future__ import annotations

import re
import reprlib
from typing import ClassVar


class StudioloError(Exception):
    """Base of every error studiolo raises on purpose.

    ``message`` says in one line what is wrong, ``hint`` what to do next.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class InputError(StudioloError):
    """What was asked cannot be done as asked; the caller can mend it."""

    exit_code = 2


class InvalidRequestError(InputError):
    """A value of the request is missing, out of range or contradicts another."""


class InvalidImageError(InputError):
    """A source that cannot be opened as a picture, or not safely."""


class UnsupportedRequestError(InputError):
    """The chosen engine cannot do this; the hint names engines that can."""


class UnknownEngineError(InputError):
    """No engine, or no model of an engine, has that name."""


class PictureNotFoundError(InputError):
    """No picture in the gallery has that id."""


class NotFoundError(InputError):
    """No job, collection, token or share has that id."""


class UnsafeAddressError(InputError):
    """A web address that is not fetched, or not to the end; says why."""


class TooLargeError(InputError):
    """An upload or a request body is larger than what is taken."""


class CostLimitError(InputError):
    """It would cost more than was allowed, or it is not known what it costs; nothing more was spent."""


class SettingsError(InputError):
    """A setting in the environment, ``.env`` or the config file is wrong."""


class EngineError(StudioloError):
    """The engine could not do its work."""


class MissingExtraError(EngineError):
    """An optional dependency is not installed; the hint is the pip command."""

    def __init__(self, extra: str, *, needed_for: str) -> None:
        super().__init__(
            f"{needed_for} needs the extra '{extra}', which is not installed.",
            hint=f"Run: pip install 'studiolo[{extra}]'",
        )
        self.extra = extra


class OfflineError(EngineError):
    """A connection beyond this machine was attempted while STUDIOLO_OFFLINE is set."""


class CredentialsError(EngineError):
    """A service was given no key, or does not take it; the hint says where the key is set."""


class RateLimitedError(EngineError):
    """A service asks to wait. ``retry_after_s`` is for how long, None if it did not say."""

    def __init__(self, message: str, *, hint: str = "", retry_after_s: float | None = None) -> None:
        super().__init__(message, hint=hint)
        self.retry_after_s = retry_after_s


class ContentRefusedError(EngineError):
    """A service's content filter declined to paint, or to hand out what it had painted."""


class EngineTimeoutError(EngineError):
    """No answer came in time."""


class BrokenStreamError(EngineError):
    """An answer broke off in the middle; the pieces that had come were handed on before."""


class BadAnswerError(EngineError):
    """A model did not answer in the form asked for. ``said`` is what it said instead."""

    def __init__(self, message: str, *, hint: str = "", said: str = "") -> None:
        super().__init__(message, hint=hint)
        self.said = said


class GalleryError(StudioloError):
    """The gallery could not do its work."""


class GalleryReadOnlyError(GalleryError):
    """The gallery's folder or database cannot be written."""


class GalleryCorruptError(GalleryError):
    """The gallery's database is damaged."""


class GalleryTooNewError(GalleryError):
    """The gallery was written by a newer studiolo."""


class DiskFullError(GalleryError):
    """The disk is full; nothing half-written was kept."""


class QueueFullError(StudioloError):
    """Too many jobs are waiting; nothing was queued. ``retry_after_s`` says when there may be room."""

    def __init__(self, message: str, *, hint: str = "", retry_after_s: float) -> None:
        super().__init__(message, hint=hint)
        self.retry_after_s = retry_after_s


class AccessError(StudioloError):
    """A client of the server may not do what it asked for."""


class UnauthenticatedError(AccessError):
    """It gave no token, or one that is wrong, revoked or expired."""


class ForbiddenError(AccessError):
    """Its token's scopes, its address or its origin do not allow it."""


class Cancelled(StudioloError):  # noqa: N818 - not a fault: the caller's own wish, reported
    """The caller asked to stop; pictures finished before are kept."""

    exit_code = 130

    def __init__(self, message: str = "Cancelled.", *, hint: str = "") -> None:
        super().__init__(message, hint=hint)


class Closing(Cancelled):
    """The studio closes: begin nothing more, but what a service is painting already may come in."""


def kind_of(error: StudioloError) -> str:
    """The kind of ``error``, for a program: ``queue-full``, ``picture-not-found``."""
    name = type(error).__name__.removesuffix("Error")
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()


def reason(error: Exception) -> str:
    """What the operating system or a library says of ``error``, without its number: ``not a directory``."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return str(error).partition("\n")[0].rstrip(".") or type(error).__name__


def require_text(value: object, name: str) -> str:
    """``value``, which must be a text; ``name`` is what the caller knows it by.

    Raises:
        InvalidRequestError: it is something else.
    """
    if isinstance(value, str):
        return value
    raise InvalidRequestError(f"{name} is {reprlib.repr(value)}, but must be a text.", hint=f"Change {name}.")
