"""What all bodies share: which fields are taken, which change nothing here, which are refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, cast

from pydantic import BaseModel, ConfigDict, model_validator

from studiolo.errors import InvalidRequestError, UnsupportedRequestError


class Body(BaseModel):
    """A request's body. Fields that nobody knows are refused, as OpenAI does.

    ``without_effect`` are fields of OpenAI's that clients send as a matter of course and that cannot change
    an answer here. ``refused`` are those that would; where one asks for something, the request is refused.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    without_effect: ClassVar[frozenset[str]] = frozenset()
    refused: ClassVar[frozenset[str]] = frozenset()

    @model_validator(mode="before")
    @classmethod
    def _sort_out(cls, given: Any) -> Any:
        """``null`` is what a client sends where it has nothing to say."""
        if not isinstance(given, Mapping):
            return given
        fields = cast("Mapping[str, Any]", given)
        _check_text(fields)
        asked = sorted(name for name in cls.refused if fields.get(name))
        if asked:
            raise UnsupportedRequestError(f"'{asked[0]}' cannot be done here.", hint="Leave it out.")
        dropped = cls.without_effect | cls.refused
        return {name: value for name, value in fields.items() if value is not None and name not in dropped}


def _check_text(value: Any) -> None:
    r"""JSON can spell half a character (``"\ud800"``), which no file and no answer can hold.

    Raises:
        InvalidRequestError: somewhere in ``value`` there is one.
    """
    if isinstance(value, str):
        if not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value):
            raise InvalidRequestError("A text has half a character in it.", hint="Send it as UTF-8.")
    elif isinstance(value, Mapping):
        for name, part in cast("Mapping[Any, Any]", value).items():
            _check_text(name)
            _check_text(part)
    elif isinstance(value, list):
        for part in cast("list[Any]", value):
            _check_text(part)
