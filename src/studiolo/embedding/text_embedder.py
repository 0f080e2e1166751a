"""all-MiniLM-L6-v2 in 8-bit ONNX: texts to unit vectors, or to one state per token.

Made by `training/embedder.py`; the model is Apache-2.0 (Reimers & Gurevych 2019, arXiv 1908.10084). Importing
this module is cheap: the runtime and the weights are loaded by the first text.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

DIMENSIONS = 384
_ASSETS = Path(__file__).parent / "assets"
_LONGEST = 256  # tokens the model was trained on; what follows is not read
_REMEMBERED = 512  # texts


@dataclass(frozen=True)
class _Loaded:
    tokenizer: Any
    session: Any


class TextEmbedder:
    """Texts to vectors in which near means alike. Safe to share between threads.

    Every text runs alone: 8-bit activations are scaled by the largest in a batch, so in company a text's
    vector would depend on its neighbours, and the same request would not give the same bytes.
    """

    def __init__(self, *, threads: int = 2, assets: Path = _ASSETS) -> None:
        self._threads = threads
        self._assets = assets
        self._lock = Lock()
        self._loaded: _Loaded | None = None
        self._vectors: OrderedDict[str, Floats] = OrderedDict()

    def embed(self, texts: Sequence[str]) -> Floats:
        """Unit row vectors, (n, 384); their dot products are cosine similarities."""
        import numpy as np

        with self._lock:
            known = {text: self._vectors[text] for text in texts if text in self._vectors}
        for text in texts:
            if text not in known:
                known[text] = self._run(*self._tokenize(text, _LONGEST))[1]
        self._remember(known)
        return np.stack([known[text] for text in texts]) if texts else np.zeros((0, DIMENSIONS), np.float32)

    def encode_tokens(self, texts: Sequence[str], max_tokens: int = 32) -> tuple[Floats, NDArray[np.bool_]]:
        """The states of each text's first `max_tokens` tokens, (n, max_tokens, 384), and which are real.

        The states of padding are zero.
        """
        import numpy as np

        states = np.zeros((len(texts), max_tokens, DIMENSIONS), np.float32)
        mask = np.zeros((len(texts), max_tokens), np.bool_)
        for row, text in enumerate(texts):
            ids, real = self._tokenize(text, max_tokens)
            states[row, : ids.shape[1]] = self._run(ids, real)[0]
            mask[row, : ids.shape[1]] = True
        return states, mask

    def _remember(self, vectors: dict[str, Floats]) -> None:
        with self._lock:
            for text, vector in vectors.items():
                self._vectors[text] = vector
                self._vectors.move_to_end(text)
            while len(self._vectors) > _REMEMBERED:
                self._vectors.popitem(last=False)

    def _tokenize(self, text: str, longest: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        import numpy as np

        tokens: list[int] = self._load().tokenizer.encode(text).ids
        if len(tokens) > longest:  # keep the closing token: the model expects every text to end
            tokens = [*tokens[: longest - 1], tokens[-1]]
        ids = np.array([tokens], np.int64)
        return ids, np.ones_like(ids)

    def _run(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> tuple[Floats, Floats]:
        session = self._load().session
        tokens, pooled = session.run(["tokens", "pooled"], {"input_ids": ids, "attention_mask": mask})
        return tokens[0], pooled[0]

    def _load(self) -> _Loaded:
        with self._lock:
            if self._loaded is None:
                self._loaded = _load(self._assets, self._threads)
            return self._loaded


def _load(assets: Path, threads: int) -> _Loaded:
    from tokenizers import Tokenizer

    onnxruntime: Any = import_module("onnxruntime")  # it has no types
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(
        assets / "minilm-l6-v2-int8.onnx", options, providers=["CPUExecutionProvider"]
    )
    return _Loaded(Tokenizer.from_file(str(assets / "tokenizer.json")), session)
