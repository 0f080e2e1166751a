"""What may stand in ``[engines.bedrock]`` of the config file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from studiolo.chat import Usage
from studiolo.errors import SettingsError
from studiolo.requests import explain


class BedrockOptions(BaseModel):
    """Where credentials and region are not given, they are found the way every AWS tool finds them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    uses: str | None = Field(default=None, description="The engine behind a name of your own.")
    region: str | None = Field(default=None, description="Such as us-east-1.")
    profile: str | None = Field(default=None, description="A profile of ~/.aws/config.")
    access_key_id: SecretStr | None = None
    secret_access_key: SecretStr | None = None
    session_token: SecretStr | None = None
    endpoint_url: str | None = Field(default=None, description="Another place of bedrock-runtime (a VPC's).")
    control_endpoint_url: str | None = Field(default=None, description="The same for bedrock itself.")
    timeout_s: float = Field(default=120, gt=0, description="Longest wait for the next word.")
    connect_timeout_s: float = Field(default=10, gt=0)
    max_attempts: int = Field(default=3, ge=1, le=10, description="Tries of a call that is throttled.")
    stream: bool = Field(default=True, description="Word by word; some models cannot.")
    structured: bool | None = Field(default=None, description="Whether the model holds to a JSON schema.")
    vision: bool | None = Field(default=None, description="Whether the model sees.")
    max_side_px: int = Field(default=1568, ge=1, le=8000, description="Larger pictures are scaled to it.")
    price_input_per_million: float | None = Field(default=None, ge=0, description="US dollars.")
    price_output_per_million: float | None = Field(default=None, ge=0, description="US dollars.")

    @classmethod
    def parse(cls, options: Mapping[str, Any]) -> Self:
        """Validate the table.

        Raises:
            SettingsError: a key is unknown, or its value out of range.
        """
        try:
            return cls.model_validate(dict(options))
        except ValidationError as error:
            finding = explain(error, cls)
            raise SettingsError(
                f"[engines.bedrock]: {finding.message}", hint=f"{finding.hint} See: studiolo config path"
            ) from error

    def cost(self, usage: Usage | None) -> float | None:
        """US dollars, if both prices are known."""
        if usage is None or self.price_input_per_million is None or self.price_output_per_million is None:
            return None
        cost = (
            usage.input_tokens * self.price_input_per_million
            + usage.output_tokens * self.price_output_per_million
        )
        return cost / 1e6
