"""Engines and their models as clients may name them.

Never by a path: whether it is refused or found would tell what lies on the server's disk.
"""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import AfterValidator

_PATH: Final = re.compile(
    r"""
    [./\\~] | [a-z]:[/\\]          # begins like one: /a, ./a, ../a, ~/a, C:\a
    | .*\\ | .*/\.\.?(/|$)          # has steps of one
    | .*/.*\.(safetensors|gguf|onnx|ckpt|pt|bin)$
    """,
    re.IGNORECASE | re.VERBOSE,
)


def is_path(model: str) -> bool:
    """Whether ``model`` is meant as a place on the disk; ``owner/name`` is a name."""
    return _PATH.match(model.strip()) is not None


def check_engine_name(spec: str) -> str:
    """``spec``, an engine's name or ``name:model``.

    Raises:
        ValueError: the model is a path.
    """
    if is_path(spec.partition(":")[2]):
        raise ValueError("Input should name a model; one that is a file has a name in the server's settings")
    return spec


def check_model_name(model: str) -> str:
    """``model`` of an engine that is named elsewhere.

    Raises:
        ValueError: it is a path.
    """
    return check_engine_name(f":{model}")[1:]


EngineName = Annotated[str, AfterValidator(check_engine_name)]
ModelName = Annotated[str, AfterValidator(check_model_name)]
