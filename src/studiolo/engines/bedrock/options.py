"""What may stand in ``[engines.bedrock]`` of the config file."""

from __future__ import annotations

from pydantic import Field

from studiolo.chat import Usage
from studiolo.engines.aws import AwsOptions


class BedrockOptions(AwsOptions):
    """Beside credentials and region: where it is asked, what its model does, what it costs."""

    control_endpoint_url: str | None = Field(default=None, description="Another place of bedrock itself.")
    stream: bool = Field(default=True, description="Word by word; some models cannot.")
    structured: bool | None = Field(default=None, description="Whether the model holds to a JSON schema.")
    vision: bool | None = Field(default=None, description="Whether the model sees.")
    max_side_px: int = Field(default=1568, ge=1, le=8000, description="Larger pictures are scaled to it.")
    price_input_per_million: float | None = Field(default=None, ge=0, description="US dollars.")
    price_output_per_million: float | None = Field(default=None, ge=0, description="US dollars.")
    image_model: str | None = Field(
        default=None, description="The painting model behind an ARN that does not tell: core, titan-v2 …"
    )
    max_parallel: int = Field(default=4, ge=1, le=64, description="How many pictures it paints at once.")
    price_per_image: float | None = Field(default=None, ge=0, description="US dollars, of each picture.")

    def cost(self, usage: Usage | None) -> float | None:
        """US dollars, if both prices are known."""
        if usage is None or self.price_input_per_million is None or self.price_output_per_million is None:
            return None
        cost = (
            usage.input_tokens * self.price_input_per_million
            + usage.output_tokens * self.price_output_per_million
        )
        return cost / 1e6
