"""What a model folder holds, read from the headers of its safetensors files: cheap, whole files stay unread.

Format: https://huggingface.co/docs/safetensors (eight bytes of length, a JSON header, the numbers).
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any, Final

from studiolo.errors import EngineError

_FLOATS: Final = {"F64", "F32", "F16", "BF16"}
_MAX_HEADER_BYTES: Final = 100_000_000  # the format's own limit


def check_weights(folder: Path, *, model: str) -> None:
    """That the folder has weights, as safetensors and nothing that can run code.

    Raises:
        EngineError: there are none, or only pickled ones.
    """
    if any(folder.glob("*.safetensors")):
        return
    pickled = sorted(path.name for pattern in ("*.bin", "*.pt", "*.pth") for path in folder.glob(pattern))
    if pickled:
        raise EngineError(
            f"'{model}' comes only as pickled weights ({pickled[0]}), which can run any code when opened.",
            hint="Use a version of the model in safetensors; the model's page on the hub lists conversions.",
        )
    raise EngineError(
        f"There are no weights (*.safetensors) in the folder of '{model}'.",
        hint="Download the model anew. docs/local-models.md says how.",
    )


def weigh(folder: Path, *, bytes_per_number: float) -> int:
    """Bytes that the weights take in memory if floats are kept in ``bytes_per_number`` each.

    Raises:
        EngineError: a file is cut off or damaged.
    """
    total = 0.0
    for file in sorted(folder.glob("*.safetensors")):
        for tensor in read_header(file).values():
            begin, end = tensor["data_offsets"]
            numbers = math.prod(tensor["shape"])
            total += numbers * bytes_per_number if tensor["dtype"] in _FLOATS else end - begin
    return math.ceil(total)


def read_header(file: Path) -> dict[str, Any]:
    """What a safetensors file holds: by each tensor's name its ``dtype``, ``shape`` and ``data_offsets``.

    Raises:
        EngineError: the file is cut off or damaged.
    """
    return _read(file)[0]


def read_metadata(file: Path) -> dict[str, str]:
    """What the makers of a safetensors file wrote about it; empty if nothing.

    Raises:
        EngineError: as :func:`read_header`.
    """
    return _read(file)[1]


def _read(file: Path) -> tuple[dict[str, Any], dict[str, str]]:
    size = file.stat().st_size
    try:
        with file.open("rb") as stream:
            length = int.from_bytes(stream.read(8), "little")
            if not 0 < length <= min(size, _MAX_HEADER_BYTES):
                raise _damaged(file)
            header: dict[str, Any] = json.loads(stream.read(length))
        metadata: dict[str, str] = header.pop("__metadata__", {})
        end = max((int(tensor["data_offsets"][1]) for tensor in header.values()), default=0)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _damaged(file) from error
    if size < 8 + length + end:
        raise _damaged(file)
    return header, metadata


def _damaged(file: Path) -> EngineError:
    return EngineError(
        f"The weights in {file.name} are cut off or damaged.",
        hint="Delete the file and download the model anew. docs/local-models.md says how.",
    )
