"""What engines share that run ONNX networks."""

from __future__ import annotations

from importlib import import_module
from typing import Any


def failures() -> tuple[type[Exception], ...]:
    """What onnxruntime raises; the base they share is RuntimeError or, of some, Exception itself."""
    state: Any = import_module("onnxruntime.capi.onnxruntime_pybind11_state")
    return (
        state.Fail,
        state.InvalidArgument,
        state.InvalidGraph,
        state.InvalidProtobuf,
        state.NotImplemented,
        state.RuntimeException,
    )
