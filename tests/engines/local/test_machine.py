"""What the machine has, and which errors mean that it has too little."""

from __future__ import annotations

import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'local': make local")

from studiolo.engines.local import machine  # noqa: E402 - torch first: the whole file needs it
from studiolo.errors import EngineError  # noqa: E402


def test_the_processor_is_always_a_device() -> None:
    device = machine.look(torch, "cpu")

    assert device.kind == "cpu"
    assert device.shares_memory
    assert 0 < device.free_bytes < device.total_bytes


def test_the_fastest_device_is_taken_if_none_is_named() -> None:
    assert machine.find_device(torch) == machine.available_devices(torch)[0]


def test_a_device_that_is_not_there_is_said_with_those_that_are() -> None:
    with pytest.raises(EngineError) as caught:
        machine.find_device(torch, "cuda:31")

    assert "cuda:31" in caught.value.message
    assert "cpu" in caught.value.hint


def test_the_dtype_follows_what_the_processor_computes_in() -> None:
    expected = "bfloat16" if machine.computes_bfloat16(torch, "cpu") else "float32"

    assert machine.place(torch, device="cpu").dtype == expected


def test_a_real_failed_allocation_is_known_as_such() -> None:
    with pytest.raises(RuntimeError) as caught:
        torch.empty(10**15)

    assert machine.is_out_of_memory(torch, caught.value)
    assert machine.is_out_of_memory(torch, torch.OutOfMemoryError("CUDA out of memory."))


@pytest.mark.parametrize("error", [RuntimeError("shape mismatch"), ValueError("DefaultCPUAllocator")])
def test_other_errors_are_not(error: Exception) -> None:
    assert not machine.is_out_of_memory(torch, error)
