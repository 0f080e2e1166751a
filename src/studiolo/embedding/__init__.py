"""The shared text embedder: the painter, the gallery's search and the prompt suggestions all use this one."""

from studiolo.embedding.text_embedder import TextEmbedder

__all__ = ["TextEmbedder"]
