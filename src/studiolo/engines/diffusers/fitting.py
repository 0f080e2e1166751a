"""A model made to fit: loaded under a plan, kept in the ledger, under a smaller plan when memory runs out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeVar

from studiolo.engines.diffusers import plans
from studiolo.engines.diffusers.applying import PlanInForce, modules_of
from studiolo.engines.diffusers.demands import demand_of
from studiolo.engines.diffusers.finding import Weights
from studiolo.engines.diffusers.loading import Loaded, load
from studiolo.engines.diffusers.options import DiffusersOptions
from studiolo.engines.diffusers.plans import Demand, Plan
from studiolo.engines.local import libraries, machine
from studiolo.engines.local.machine import BYTES, Device, Placement, gigabytes
from studiolo.engines.local.residency import LEDGER, NoRoomError, Place, Wanted

Result = TypeVar("Result")


@dataclass(eq=False)
class Fitted:
    """A loaded model, the plan in force on it, and the most that models may take of where it lies."""

    loaded: Loaded
    force: PlanInForce
    cap_bytes: int | None = None


class Fitting:
    """The one model of an engine, which paints one picture at a time: not for several threads at once."""

    def __init__(self, weights: Weights, options: DiffusersOptions) -> None:
        self._weights = weights
        self._options = options
        self._place: Place[Fitted] = Place()
        self._plans: tuple[Plan, ...] = ()
        self._plan: Plan | None = None

    def work(self, job: Callable[[Fitted], Result]) -> tuple[Result, tuple[str, ...]]:
        """What ``job`` makes with the model, and notes on plans that memory did not suffice for.

        When memory runs out, in loading or in the job, the job is begun anew under the next smaller plan,
        which is kept.

        Raises:
            EngineError: there is no smaller plan; with the figures.
        """
        torch = libraries.load_torch()
        notes: tuple[str, ...] = ()
        while True:
            plan = self._plan or self._chosen(torch)
            try:
                with self._place.use(self._wanted(plan)) as fitted:
                    self._follow(fitted, plan)
                    return job(fitted), notes
            except NoRoomError as error:
                if plans.smaller(self._plans, plan) is None:
                    raise
                told = error.message.rstrip(".")
            except (RuntimeError, MemoryError) as error:
                if not machine.is_out_of_memory(torch, error):
                    raise
                told = _figures(torch, plan)
            # Here, beyond the handler: its traceback held what the job had on the device.
            notes = (*notes, f"{told}; {self._step_down(torch, plan)}")

    def clear(self) -> None:
        """Free the model; the plan is chosen anew when it comes back."""
        self._place.clear()
        self._plan = None

    def _chosen(self, torch: Any) -> Plan:
        """The fastest plan that fits now, were idle models of others sent away."""
        device, processor = machine.look(torch, self._options.device), machine.look(torch, "cpu")
        self._plans = plans.ladder(device, self._demand, self._options, processor)
        free = {at.name: LEDGER.obtainable(at.name, self._cap(at.name)) for at in (processor, device)}
        self._plan = plans.choose(self._plans, free)
        return self._plan

    @cached_property
    def _demand(self) -> Demand:
        return demand_of(self._weights)

    def _cap(self, device: str) -> int | None:
        """The user's limit holds for the device that paints."""
        limit = self._options.memory_gb
        painting = self._plans[0].device if self._plans else device
        return int(limit * 1e9) if limit is not None and device == painting else None

    def _wanted(self, plan: Plan) -> Wanted[Fitted]:
        numbers = self._demand.numbers
        if plan.home != plan.device:
            LEDGER.make_room(plan.device, 0, plan.needed_bytes, name=self._weights.name)
        return Wanted(
            name=self._weights.name,
            device=plan.home,
            needed_bytes=int(numbers * BYTES[plan.dtype]),
            wished_bytes=plan.needed_bytes if plan.home == plan.device else 0,
            load=lambda: self._load(plan),
            modules=lambda fitted: modules_of(fitted.loaded.pipelines),
            cap_bytes=self._cap(plan.home),
        )

    def _load(self, plan: Plan) -> Fitted:
        loaded = load(self._weights, Placement(device=plan.home, dtype=plan.dtype), self._options)
        force = PlanInForce(plan)
        force.prepare(loaded.pipelines)
        if loaded.preview is not None:
            loaded.preview.to(plan.device)  # a few megabytes, wherever the others wait
        return Fitted(loaded, force, self._cap(plan.home))

    def _follow(self, fitted: Fitted, plan: Plan) -> None:
        if fitted.force.plan != plan:
            fitted.force.tile(plan, fitted.loaded.pipelines)

    def _step_down(self, torch: Any, plan: Plan) -> str:
        """Go over to the next smaller plan; says what of it is new."""
        below = plans.smaller(self._plans, plan)
        if below is None:
            self.clear()
            device = machine.look(torch, plan.device)
            raise plans.too_large(self._demand, plan, device, LEDGER.others(plan.device))
        if not _differ_in_tiling_alone(plan, below):
            self._place.clear()
        machine.free_cache(torch, plan.device)
        self._plan = below
        new = [reason for reason in below.reasons if reason not in plan.reasons]
        return f"painted with less: {'; '.join(new)}"


def _differ_in_tiling_alone(plan: Plan, below: Plan) -> bool:
    return replace(below, tiling=plan.tiling, needed_bytes=plan.needed_bytes, reasons=plan.reasons) == plan


def _figures(torch: Any, plan: Plan) -> str:
    device: Device = machine.look(torch, plan.device)
    return (
        f"{device.name} ran out of memory ({gigabytes(device.free_bytes)} of {gigabytes(device.total_bytes)} "
        f"were free, about {gigabytes(plan.needed_bytes)} needed)"
    )
