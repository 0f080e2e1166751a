import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from studiolo.embedding import TextEmbedder


@pytest.fixture(scope="module")
def embedder():
    return TextEmbedder()


def test_vectors_are_unit_rows_in_the_order_asked(embedder):
    vectors = embedder.embed(["a red apple", "x" * 3000, "a red apple", ""])
    assert vectors.shape == (4, 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    np.testing.assert_array_equal(vectors[0], vectors[2])


def test_near_means_alike(embedder):
    plane, same, other = embedder.embed(["airplane", "aeroplane flying", "bowl of soup"])
    assert plane @ same > plane @ other + 0.2


def test_tokens_have_one_shape_whatever_the_text(embedder):
    states, mask = embedder.encode_tokens(["cat", "a very long line of words " * 20], max_tokens=16)
    assert states.shape == (2, 16, 384)
    assert mask.sum(1).tolist() == [3, 16]  # [CLS] cat [SEP]
    assert not states[0, 3:].any()


def test_nothing_in_nothing_out(embedder):
    assert embedder.embed([]).shape == (0, 384)
    assert embedder.encode_tokens([], max_tokens=8)[0].shape == (0, 8, 384)


def test_threads_share_one_embedder():
    fresh = TextEmbedder(threads=1)
    words = ["fox", "boat", "tree", "rain"]
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda word: fresh.embed([word])[0], words * 3))
    np.testing.assert_allclose(results[:4], results[8:], atol=1e-6)


def test_import_loads_no_runtime():
    heavy = "('onnxruntime', 'numpy', 'tokenizers')"
    code = f"import sys, studiolo.embedding; sys.exit(any(m in sys.modules for m in {heavy}))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
