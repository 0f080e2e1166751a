"""Language-and-vision models of the transformers library, in this process: LLaVA and its kin."""

from studiolo.engines.transformers.engine import TransformersChatEngine

__all__ = ["TransformersChatEngine"]
