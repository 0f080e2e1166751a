"""Where a model runs, in which numbers, and whether it fits: what the machine has, read once."""

from __future__ import annotations

import importlib.util
import shutil
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


@dataclass(frozen=True, kw_only=True)
class Device:
    """What is known of a device that torch can use; plans are made from it alone.

    Attributes:
        name: Torch's name of it: ``cuda:0``, ``mps``, ``xpu:0``, ``cpu``.
        title: What its maker calls it; empty if nobody says.
        total_bytes: Its memory; for ``cpu`` and ``mps`` that of the machine.
        free_bytes: What of it was free when it was looked at.
        bfloat16: It computes in bfloat16, and does not only emulate it.
        capability: CUDA's generation, None elsewhere.
        compiles: ``torch.compile`` has what it needs here (Triton, or a C++ compiler).
    """

    name: str
    title: str = ""
    total_bytes: int
    free_bytes: int
    bfloat16: bool = False
    capability: tuple[int, int] | None = None
    compiles: bool = False

    @property
    def kind(self) -> str:
        """``cuda``, ``mps``, ``xpu`` or ``cpu``."""
        return kind_of_device(self.name)

    @property
    def shares_memory(self) -> bool:
        """Whether its memory is the machine's own, so that moving weights out of it frees nothing."""
        return self.kind in ("cpu", "mps")


def kind_of_device(name: str) -> str:
    """``cuda:1`` is of the kind ``cuda``."""
    return name.partition(":")[0]


def look(torch: Any, name: str | None = None) -> Device:
    """What the device ``name`` is, or the fastest of this machine.

    Raises:
        EngineError: the machine has no such device.
    """
    name = find_device(torch, name)
    free, total = _memory(torch, name)
    return Device(
        name=name,
        title=_title(torch, name),
        total_bytes=total,
        free_bytes=free,
        bfloat16=computes_bfloat16(torch, name),
        capability=tuple(torch.cuda.get_device_capability(name)) if name.startswith("cuda") else None,
        compiles=_compiles(name),
    )


def place(torch: Any, *, device: str | None = None, dtype: str | None = None) -> Placement:
    """The device and dtype asked for; for what was left open, those that fit the machine.

    Raises:
        EngineError: the machine has no such device.
    """
    device = find_device(torch, device)
    return Placement(device=device, dtype=dtype or fitting_dtype(torch, device))


def find_device(torch: Any, name: str | None = None) -> str:
    """Torch's own name of the device asked for, or of the fastest.

    Raises:
        EngineError: the machine has no such device.
    """
    devices = available_devices(torch)
    if name is None:
        return devices[0]
    wanted = f"{name}:0" if name in ("cuda", "xpu") else name
    if wanted not in devices:
        raise EngineError(
            f"This machine has no device '{name}' that torch can use.",
            hint=f"It has: {', '.join(devices)}. Set device in the engine's table, or leave it out.",
        )
    return wanted


def available_devices(torch: Any) -> list[str]:
    """Torch's devices here, the fastest first."""
    cuda = (
        [f"cuda:{index}" for index in range(torch.cuda.device_count())] if torch.cuda.is_available() else []
    )
    xpu = [f"xpu:{index}" for index in range(torch.xpu.device_count())] if torch.xpu.is_available() else []
    return [*cuda, *xpu, *(["mps"] if torch.backends.mps.is_available() else []), "cpu"]


def free_bytes(torch: Any, device: str) -> int:
    """Memory that is free on the device; for ``mps`` and ``cpu`` that of the machine."""
    return _memory(torch, device)[0]


def allocated_bytes(torch: Any, device: str) -> int | None:
    """What torch's own allocator has given out on the device; None where it keeps no account (``cpu``)."""
    kind = kind_of_device(device)
    if kind == "mps":
        return int(torch.mps.current_allocated_memory())
    return None if kind == "cpu" else int(getattr(torch, kind).memory_allocated(device))


def free_cache(torch: Any, device: str) -> None:
    """Give back to the system what torch's allocator keeps for later."""
    kind = kind_of_device(device)
    if kind != "cpu":
        getattr(torch, kind).empty_cache()


def computes_bfloat16(torch: Any, device: str) -> bool:
    """Whether the device has instructions for bfloat16; emulated, it is slower than float32."""
    kind = kind_of_device(device)
    if kind == "cuda":
        return tuple(torch.cuda.get_device_capability(device)) >= _AMPERE
    if kind == "cpu":
        processor = torch.cpu.get_capabilities()
        return bool(processor.get("avx512_bf16") or processor.get("amx_bf16"))
    return kind == "xpu"


def fitting_dtype(torch: Any, device: str) -> str:
    """The numbers that the device computes fastest in, of those that models can take."""
    if computes_bfloat16(torch, device):
        return "bfloat16"
    return "float32" if device == "cpu" else "float16"


def is_out_of_memory(torch: Any, error: BaseException) -> bool:
    """Whether ``error`` says that memory ran out, on a device or of the processor.

    The processor's allocator raises a plain RuntimeError; c10/core/impl/alloc_cpu.cpp has its words.
    """
    if isinstance(error, (torch.OutOfMemoryError, MemoryError)):
        return True
    if not isinstance(error, RuntimeError):
        return False
    said = str(error)
    return "DefaultCPUAllocator" in said or "MPS backend out of memory" in said


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


def _memory(torch: Any, device: str) -> tuple[int, int]:
    """Bytes free, and in all."""
    kind = kind_of_device(device)
    if kind == "cuda":
        free, total = torch.cuda.mem_get_info(device)
        return int(free), int(total)
    if kind == "xpu":
        # mem_get_info raises on drivers that keep no count of what is free; the size is always known.
        total = int(torch.xpu.get_device_properties(device).total_memory)
        return total - int(torch.xpu.memory_reserved(device)), total
    import psutil

    memory = psutil.virtual_memory()
    return int(memory.available), int(memory.total)


def _title(torch: Any, device: str) -> str:
    kind = kind_of_device(device)
    if kind in ("cuda", "xpu"):
        return str(getattr(torch, kind).get_device_name(device))
    return str(torch.cpu.get_capabilities().get("cpu_name", "")) if kind == "cpu" else "Apple GPU"


def _compiles(device: str) -> bool:
    """Torch's inductor writes Triton for GPUs and C++ for processors; on Apple's GPU it is a prototype."""
    if device == "cpu":
        return any(shutil.which(compiler) for compiler in ("c++", "g++", "clang++", "cl"))
    return device != "mps" and importlib.util.find_spec("triton") is not None
