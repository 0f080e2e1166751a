"""Pictures from OpenAI, and from everything that speaks as it does."""

from studiolo.engines.openai.images.engine import OpenAIImageEngine
from studiolo.engines.openai.images.kin import (
    LocalAIImageEngine,
    SdcppImageEngine,
    TogetherImageEngine,
    VLLMImageEngine,
)

__all__ = [
    "LocalAIImageEngine",
    "OpenAIImageEngine",
    "SdcppImageEngine",
    "TogetherImageEngine",
    "VLLMImageEngine",
]
