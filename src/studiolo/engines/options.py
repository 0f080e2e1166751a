"""The table ``[engines.<name>]`` read into a model, with an error that says where to mend it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from studiolo.errors import SettingsError


class EngineOptions(BaseModel):
    """What every table may say. A misspelt name is an error; text is read as the type it should have."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    uses: str | None = Field(default=None, description="The engine behind a name of your own.")


O = TypeVar("O", bound=EngineOptions)  # noqa: E741 - a type of options


def read_options(model: type[O], engine: str, options: Mapping[str, Any]) -> O:
    """``options`` of ``engine`` as ``model``.

    Raises:
        SettingsError: a name is unknown, or a value wrong; says which, and never shows it.
    """
    try:
        return model.model_validate(dict(options))
    except ValidationError as error:
        finding = error.errors(include_url=False, include_input=False, include_context=False)[0]
        option = str(finding["loc"][0]) if finding["loc"] else ""
        if finding["type"] == "extra_forbidden":
            raise SettingsError(
                f"There is no setting 'engines.{engine}.{option}'.",
                hint=f"Known: {', '.join(sorted(model.model_fields))}.",
            ) from error
        raise wrong_option(engine, option, finding["msg"]) from error


def wrong_option(engine: str, option: str, message: str) -> SettingsError:
    """What to raise of an option with a wrong value; ``message`` is pydantic's, which does not show it."""
    said = message.removeprefix("Input should be ").removeprefix("Value error, ")
    return SettingsError(
        f"Setting 'engines.{engine}.{option}' must be {said}.",
        hint=f"Change {option} in [engines.{engine}] of config.toml, "
        f"or STUDIOLO_ENGINES__{engine.upper()}__{option.upper()}.",
    )
