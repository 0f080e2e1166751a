"""Pictures from the inference providers behind Hugging Face's router."""

from studiolo.engines.huggingface.engine import HuggingFaceImageEngine

__all__ = ["HuggingFaceImageEngine"]
