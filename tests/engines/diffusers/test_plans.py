"""Which plan for which machine: facts in, a plan out; no such machine is needed."""

from __future__ import annotations

import pytest

from studiolo.engines.diffusers.options import DiffusersOptions
from studiolo.engines.diffusers.plans import Demand, Plan, choose, ladder, smaller, too_large
from studiolo.engines.local.machine import Device

GB = 10**9

SDXL = Demand(name="sdxl", numbers=3_470_000_000, largest=2_567_000_000, pixels=1024**2)
SD_TURBO = Demand(name="sd-turbo", numbers=1_290_000_000, largest=866_000_000, pixels=512**2, tiny_vae=True)

PROCESSOR = Device(name="cpu", total_bytes=32 * GB, free_bytes=28 * GB)
PROCESSOR_BF16 = Device(name="cpu", total_bytes=32 * GB, free_bytes=28 * GB, bfloat16=True, compiles=True)
APPLE = Device(name="mps", title="Apple GPU", total_bytes=16 * GB, free_bytes=12 * GB)
INTEL = Device(name="xpu:0", title="Arc", total_bytes=16 * GB, free_bytes=15 * GB, bfloat16=True)


def nvidia(gigabytes: float, *, generation: tuple[int, int] = (8, 0), compiles: bool = True) -> Device:
    size = int(gigabytes * GB)
    return Device(
        name="cuda:0",
        title="NVIDIA",
        total_bytes=size,
        free_bytes=int(size * 0.95),
        bfloat16=generation >= (8, 0),
        capability=generation,
        compiles=compiles,
    )


def chosen(machine: Device, demand: Demand = SDXL, **options: object) -> Plan:
    plans = ladder(machine, demand, DiffusersOptions.model_validate(options), PROCESSOR)
    return choose(plans, {machine.name: machine.free_bytes, "cpu": PROCESSOR.free_bytes})


def steps_down(machine: Device, demand: Demand = SDXL, **options: object) -> list[Plan]:
    return list(ladder(machine, demand, DiffusersOptions.model_validate(options), PROCESSOR))


class TestChoice:
    def test_a_large_gpu_holds_all_of_it(self) -> None:
        plan = chosen(nvidia(80))

        assert (plan.device, plan.dtype, plan.offload) == ("cuda:0", "bfloat16", "none")
        assert plan.channels_last
        assert not plan.tiling
        assert 8 * GB < plan.needed_bytes < 10 * GB  # 8.8 GB were measured

    @pytest.mark.parametrize(
        ("gigabytes", "offload"), [(8.6, "none"), (8, "model"), (6.5, "model"), (4, "group"), (1.2, "group")]
    )
    def test_the_smaller_the_gpu_the_more_waits_elsewhere(self, gigabytes: float, offload: str) -> None:
        plan = chosen(nvidia(gigabytes))

        assert plan.offload == offload
        assert plan.tiling
        assert plan.needed_bytes <= gigabytes * GB

    def test_an_older_gpu_computes_in_float16(self) -> None:
        assert chosen(nvidia(16, generation=(7, 5))).dtype == "float16"

    def test_apples_gpu_shares_its_memory_so_nothing_is_moved(self) -> None:
        plans = steps_down(APPLE)

        assert plans[0].dtype == "float16"
        assert not plans[0].channels_last
        assert {plan.offload for plan in plans} == {"none"}
        assert [plan.attention_slicing for plan in plans if plan.device == "mps"] == [False, False, True]

    def test_intels_gpu_is_run_as_nvidias(self) -> None:
        plan = chosen(INTEL)

        assert (plan.device, plan.dtype, plan.channels_last) == ("xpu:0", "bfloat16", True)

    @pytest.mark.parametrize(("device", "dtype"), [(PROCESSOR, "float32"), (PROCESSOR_BF16, "bfloat16")])
    def test_a_processor_computes_in_what_it_has_instructions_for(self, device: Device, dtype: str) -> None:
        plan = chosen(device, SD_TURBO)

        assert plan.dtype == dtype
        assert plan.tiny_vae

    def test_a_gpu_decodes_with_the_models_own_autoencoder(self) -> None:
        assert not chosen(nvidia(24), SD_TURBO).tiny_vae
        assert chosen(nvidia(24), SD_TURBO, tiny_vae=True).tiny_vae
        assert not chosen(nvidia(24), SDXL, tiny_vae=True).tiny_vae  # it has none

    def test_what_the_user_set_holds_on_every_rung(self) -> None:
        plans = steps_down(nvidia(80), dtype="float16", tiling=True, attention="cudnn")

        on_gpu = [plan for plan in plans if plan.device == "cuda:0"]
        assert {(plan.dtype, plan.tiling, plan.attention) for plan in on_gpu} == {("float16", True, "cudnn")}

    def test_a_device_that_was_asked_for_is_not_left(self) -> None:
        assert {plan.device for plan in steps_down(nvidia(8), device="cuda")} == {"cuda:0"}

    def test_compiling_is_for_who_asks_and_where_it_can_be_done(self) -> None:
        assert chosen(nvidia(80)).compile == "off"
        asked = chosen(nvidia(80), compile="full")
        assert (asked.compile, asked.fused_qkv) == ("full", True)
        unable = chosen(nvidia(80, compiles=False), compile="full")
        assert (unable.compile, unable.fused_qkv) == ("off", False)
        assert any("Triton" in reason for reason in unable.reasons)

    def test_a_transformer_has_no_convolutions_to_lay_out(self) -> None:
        flux = Demand(
            name="flux", numbers=17_000_000_000, largest=12_000_000_000, pixels=1024**2, is_unet=False
        )

        assert not chosen(nvidia(80), flux).channels_last

    @pytest.mark.parametrize("device", [nvidia(80), APPLE, INTEL, PROCESSOR], ids=lambda device: device.name)
    def test_every_plan_says_why(self, device: Device) -> None:
        for plan in steps_down(device):
            assert plan.device in plan.reasons[0] or "processor" in plan.reasons[0]
            assert any(plan.dtype in reason for reason in plan.reasons)
            assert plan.dtype in plan.describe()


class TestLadder:
    def test_a_gpus_rungs_in_order_with_the_processor_last(self) -> None:
        plans = steps_down(nvidia(80))

        assert [(plan.device, plan.tiling, plan.offload) for plan in plans] == [
            ("cuda:0", False, "none"),
            ("cuda:0", True, "none"),
            ("cuda:0", True, "model"),
            ("cuda:0", True, "group"),
            ("cuda:0", True, "sequential"),
            ("cpu", True, "none"),
        ]

    @pytest.mark.parametrize("device", [nvidia(80), INTEL, PROCESSOR], ids=lambda device: device.name)
    def test_each_rung_needs_less(self, device: Device) -> None:
        needed = [plan.needed_bytes for plan in steps_down(device) if plan.device == device.name]

        assert needed == sorted(needed, reverse=True)
        assert len(set(needed)) == len(needed)

    def test_going_down_ends(self) -> None:
        plans = tuple(steps_down(nvidia(80)))

        plan: Plan | None = plans[0]
        for expected in [*plans[1:], None]:
            assert plan is not None
            plan = smaller(plans, plan)
            assert plan == expected

    def test_a_processor_without_bfloat16_has_it_as_last_resort(self) -> None:
        assert [plan.dtype for plan in steps_down(PROCESSOR)] == ["float32", "float32", "bfloat16"]
        assert [plan.dtype for plan in steps_down(PROCESSOR, dtype="float32")] == ["float32"] * 2

    def test_compiled_code_goes_where_weights_begin_to_move(self) -> None:
        plans = steps_down(nvidia(80), compile="blocks")

        assert [plan.compile for plan in plans[:5]] == ["blocks", "blocks", "off", "off", "off"]


def test_the_error_below_the_last_rung_has_the_figures() -> None:
    plan = steps_down(nvidia(4))[4]

    error = too_large(SDXL, plan, nvidia(4), ", beside 'llava' with 3.1 GB")

    assert "'sdxl'" in error.message
    assert "3.8 GB of 4.0 GB were free, beside 'llava' with 3.1 GB" in error.message
    assert "about 0." in error.message
    assert "studiolo models" in error.hint
