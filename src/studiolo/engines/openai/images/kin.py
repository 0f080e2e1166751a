"""Servers that speak as OpenAI does, under names of their own."""

from __future__ import annotations

from studiolo.engines.openai import profiles
from studiolo.engines.openai.images.engine import OpenAIImageEngine


class LocalAIImageEngine(OpenAIImageEngine):
    """``localai:MODEL``."""

    profile = profiles.LOCALAI
    dialect_name = "localai"


class SdcppImageEngine(OpenAIImageEngine):
    """``sdcpp``, whatever ``sd-server`` was started with."""

    profile = profiles.SD_CPP
    dialect_name = "sdcpp"


class TogetherImageEngine(OpenAIImageEngine):
    """``together:MAKER/MODEL``."""

    profile = profiles.TOGETHER
    dialect_name = "together"


class VLLMImageEngine(OpenAIImageEngine):
    """``vllm:MODEL``, of vLLM-Omni."""

    profile = profiles.VLLM
    dialect_name = "vllm"
