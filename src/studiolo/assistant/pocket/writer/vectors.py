"""Write ``vectors.npz``, the meanings of all entries: run this module after any change to ``facets/``."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from studiolo.assistant.pocket.writer.facets import FACETS, VECTORS, read_entries, read_schools
from studiolo.embedding import TextEmbedder


def meanings() -> dict[str, Sequence[str]]:
    """The texts to embed, by facet."""
    texts: dict[str, Sequence[str]] = {
        name: [entry.meaning for entry in read_entries(name)] for name in FACETS
    }
    return {**texts, "schools": [school.meaning for school in read_schools()]}


def digest() -> str:
    """Of all texts in their order; kept beside the vectors, so that a test sees when they are stale."""
    return hashlib.sha256(
        "\n".join(text for texts in meanings().values() for text in texts).encode()
    ).hexdigest()


def write() -> None:
    """Embed every entry; one byte a dimension is enough to rank by."""
    import numpy as np

    embedder = TextEmbedder()
    rows = {name: np.round(embedder.embed(texts) * 127).astype(np.int8) for name, texts in meanings().items()}
    np.savez_compressed(VECTORS, allow_pickle=False, digest=np.array(digest()), **rows)


if __name__ == "__main__":
    write()
