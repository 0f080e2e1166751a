"""What all bodies share: which fields are taken, which change nothing here, which are refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, cast

from pydantic import BaseModel, ConfigDict, model_validator

from studiolo.errors import UnsupportedRequestError


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
        asked = sorted(name for name in cls.refused if fields.get(name))
        if asked:
            raise UnsupportedRequestError(f"'{asked[0]}' cannot be done here.", hint="Leave it out.")
        dropped = cls.without_effect | cls.refused
        return {name: value for name, value in fields.items() if value is not None and name not in dropped}
