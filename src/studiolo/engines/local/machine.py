"""Where a model runs, in which numbers, and whether it fits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from studiolo.errors import EngineError

BYTES: Final = {"float32": 4.0, "float16": 2.0, "bfloat16": 2.0}

# Four bits, their scales, and the embeddings and norms that bitsandbytes leaves in 16 bits.
BYTES_IN_4BIT: Final = 0.65

_AMPERE: Final = (8, 0)  # the first CUDA generation with bfloat16 in hardware


@dataclass(frozen=True, kw_only=True)
class Placement:
    """A torch device and the name of a torch dtype."""

    device: str
    dtype: str


def place(torch: Any, *, device: str | None = None, dtype: str | None = None) -> Placement:
    """The device and dtype asked for; for what was left open, those that fit the machine.

    Raises:
        EngineError: the machine has no such device.
    """
    devices = available_devices(torch)
    device = device or devices[0]
    if device not in devices and not (device == "cuda" and "cuda:0" in devices):
        raise EngineError(
            f"This machine has no device '{device}' that torch can use.",
            hint=f"It has: {', '.join(devices)}. Set device in [engines.transformers], or leave it out.",
        )
    return Placement(device=device, dtype=dtype or _fitting_dtype(torch, device))


def available_devices(torch: Any) -> list[str]:
    """Torch's devices here, the fastest first."""
    cuda = (
        [f"cuda:{index}" for index in range(torch.cuda.device_count())] if torch.cuda.is_available() else []
    )
    return [*cuda, *(["mps"] if torch.backends.mps.is_available() else []), "cpu"]


def free_bytes(torch: Any, device: str) -> int:
    """Memory that is free on the device; for ``mps`` and ``cpu`` that of the machine."""
    if device.startswith("cuda"):
        return int(torch.cuda.mem_get_info(device)[0])
    import psutil

    return int(psutil.virtual_memory().available)


def check_fit(needed: int, free: int, placement: Placement, *, model: str) -> None:
    """Refuse a model whose weights alone do not fit: better now than after minutes of swapping.

    Raises:
        EngineError: with both numbers.
    """
    if needed <= free:
        return
    smaller = (
        "use a smaller model, or a quantised one with gguf:"
        if placement.dtype != "float32"
        else 'set dtype = "bfloat16" in [engines.transformers], or use a smaller model'
    )
    raise EngineError(
        f"'{model}' needs {gigabytes(needed)} for its weights in {placement.dtype}; "
        f"{placement.device} has {gigabytes(free)} free.",
        hint=f"Close other programs, {smaller}.",
    )


def gigabytes(count: int) -> str:
    """``13.2 GB``; small amounts in MB."""
    return f"{count / 1e9:.1f} GB" if count >= 1e8 else f"{count / 1e6:.1f} MB"


def _fitting_dtype(torch: Any, device: str) -> str:
    if device.startswith("cuda"):
        return "bfloat16" if torch.cuda.get_device_capability(device) >= _AMPERE else "float16"
    if device == "mps":
        return "float16"
    processor = torch.cpu.get_capabilities()
    # Without such instructions bfloat16 is emulated, slower than float32.
    return "bfloat16" if processor.get("avx512_bf16") or processor.get("amx_bf16") else "float32"
