"""Values of ``ImageRequest.options``, checked before anything is sent."""

from __future__ import annotations

from collections.abc import Sequence

from studiolo.errors import InvalidRequestError
from studiolo.requests import ImageRequest


def check_choice(request: ImageRequest, name: str, choices: Sequence[str]) -> None:
    """One of a few words.

    Raises:
        InvalidRequestError: it is none of them.
    """
    value = request.options.get(name)
    if value is not None and value not in choices:
        raise InvalidRequestError(
            f"The option {name} is {value!r}, which is none there is.",
            hint=f"Choose of: {', '.join(choices)}.",
        )


def check_number(
    request: ImageRequest, name: str, minimum: float, maximum: float, *, whole: bool = False
) -> None:
    """A number between two others, both included.

    Raises:
        InvalidRequestError: it is none, or outside.
    """
    value = request.options.get(name)
    if value is None:
        return
    kinds = int if whole else (int, float)
    if isinstance(value, bool) or not isinstance(value, kinds) or not minimum <= value <= maximum:
        kind = "a whole number" if whole else "a number"
        raise InvalidRequestError(
            f"The option {name} is {value!r}.", hint=f"Give {kind} from {minimum:g} to {maximum:g}."
        )


def check_flag(request: ImageRequest, name: str) -> None:
    """True or false.

    Raises:
        InvalidRequestError: it is neither.
    """
    value = request.options.get(name)
    if value is not None and not isinstance(value, bool):
        raise InvalidRequestError(f"The option {name} is {value!r}.", hint="Give true or false.")
