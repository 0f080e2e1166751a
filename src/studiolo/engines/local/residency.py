"""Which models lie in memory: one ledger for the process, whoever loaded them.

A model has a :class:`Place`, which its owner keeps. Whoever works with the model does so inside
:meth:`Place.use`, which loads it if it is not there; where it would not fit, the model that was used least
recently goes, and comes back when it is next used. A model at work never goes. A place whose owner is gone
is forgotten with it: the ledger keeps nothing alive.
"""

from __future__ import annotations

import gc
import itertools
import threading
import weakref
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from studiolo.engines.local import libraries, machine
from studiolo.engines.local.machine import gigabytes
from studiolo.errors import EngineError

Model = TypeVar("Model")


class NoRoomError(EngineError):
    """A model does not fit beside what is at work, or what other programs hold; a smaller plan may."""


@dataclass(frozen=True, kw_only=True)
class Wanted(Generic[Model]):
    """A model to be had, and what it needs.

    Attributes:
        name: What the user calls it.
        device: Where its weights will lie.
        needed_bytes: What it takes there at the least; without that it is refused.
        wished_bytes: What it would work best with; idle models go for that much.
        load: Loads it; called with no lock of the ledger held that working models wait for.
        modules: The torch modules it consists of, to be measured.
        cap_bytes: Most that models may take of the device together; None for all there is.
    """

    name: str
    device: str
    needed_bytes: int
    load: Callable[[], Model]
    modules: Callable[[Model], Iterable[Any]]
    wished_bytes: int = 0
    cap_bytes: int | None = None


class Place(Generic[Model]):
    """Room for one model at a time: empty, or loaded, or at work."""

    def __init__(self, ledger: Ledger | None = None) -> None:
        self._ledger = ledger or LEDGER
        self._model: Model | None = None
        self._wanted: Wanted[Model] | None = None
        self.bytes: dict[str, int] = {}
        self.working = 0
        self.used_at = 0
        self._ledger.enter(self)

    @property
    def name(self) -> str:
        """What the user calls the model that lies here; empty if none does."""
        return self._wanted.name if self._wanted else ""

    @property
    def loaded(self) -> bool:
        """Whether a model lies here at this moment."""
        return self._model is not None

    @contextmanager
    def use(self, wanted: Wanted[Model]) -> Generator[Model]:
        """The model, loaded if it is not; it stays at least until the block ends.

        ``wanted`` decides where and how it is loaded, only when it has to be.

        Raises:
            NoRoomError: there is no room for it, even without the models that are idle; with figures.
        """
        model = self._ledger.begin(self, wanted)
        try:
            yield model
        finally:
            self._ledger.end(self)

    def measure(self) -> None:
        """Measure the model again, after it was moved to another device or into other numbers."""
        if self._model is not None and self._wanted is not None:
            self.bytes = weigh(self._wanted.modules(self._model))

    def clear(self) -> None:
        """Free the model; the next use loads it anew."""
        self._ledger.clear(self)

    # For the ledger alone, under its lock.

    def peek(self) -> Model | None:
        """The model that lies here."""
        return self._model

    def put(self, model: Model, wanted: Wanted[Model], measured: dict[str, int]) -> None:
        """Lay a model down here."""
        self._model, self._wanted, self.bytes = model, wanted, measured

    def take(self) -> None:
        """Let the model go."""
        self._model, self._wanted, self.bytes = None, None, {}


class Ledger:
    """What is loaded where. :data:`LEDGER` is the process's; tests make their own."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._loading = threading.RLock()  # one model is loaded at a time, so that it can be measured
        self._places: weakref.WeakSet[Place[Any]] = weakref.WeakSet()
        self._clock = itertools.count(1)

    def loaded(self, device: str) -> list[Place[Any]]:
        """The places whose models take memory of the device, the least recently used first."""
        with self._lock:
            places = [place for place in self._places if place.bytes.get(device)]
        return sorted(places, key=lambda place: place.used_at)

    def make_room(
        self, device: str, needed: int, wished: int = 0, *, name: str, cap_bytes: int | None = None
    ) -> None:
        """See that ``wished`` bytes are free on the device, ``needed`` at the least; idle models go for it.

        Raises:
            NoRoomError: what is left is at work, or another program's.
        """
        if self.free(device, cap_bytes) < max(needed, wished):
            machine.free_cache(libraries.load_torch(), device)
        while self.free(device, cap_bytes) < max(needed, wished):
            if not self._evict_one(device):
                break
        if self.free(device, cap_bytes) < needed:
            raise self._no_room(device, needed, name, cap_bytes)

    def free(self, device: str, cap_bytes: int | None = None) -> int:
        """Bytes that a further model may take of the device."""
        free = machine.free_bytes(libraries.load_torch(), device)
        if cap_bytes is None:
            return free
        taken = sum(place.bytes.get(device, 0) for place in self.loaded(device))
        return max(0, min(free, cap_bytes - taken))

    def obtainable(self, device: str, cap_bytes: int | None = None) -> int:
        """Bytes that a further model may take, were the idle ones sent away for it."""
        idle = sum(place.bytes[device] for place in self.loaded(device) if not place.working)
        return self.free(device, cap_bytes) + idle

    def enter(self, place: Place[Any]) -> None:
        """Note that there is such a place."""
        with self._lock:
            self._places.add(place)

    def begin(self, place: Place[Model], wanted: Wanted[Model]) -> Model:
        """The model of ``place``, which is at work from now on."""
        with self._lock:
            if (model := self._start(place)) is not None:
                return model
        with self._loading:
            with self._lock:  # another thread may have loaded it meanwhile
                if (model := self._start(place)) is not None:
                    return model
            return self._load(place, wanted)

    def end(self, place: Place[Any]) -> None:
        """The model of ``place`` rests."""
        with self._lock:
            place.working -= 1
            place.used_at = next(self._clock)

    def clear(self, place: Place[Any]) -> None:
        """Free the model of ``place``."""
        with self._lock:
            devices = list(place.bytes)
            place.take()
        if devices:
            _collect(devices)

    def _start(self, place: Place[Model]) -> Model | None:
        model = place.peek()
        if model is not None:
            place.working += 1
            place.used_at = next(self._clock)
        return model

    def _load(self, place: Place[Model], wanted: Wanted[Model]) -> Model:
        torch = libraries.load_torch()
        self.make_room(
            wanted.device,
            wanted.needed_bytes,
            wanted.wished_bytes,
            name=wanted.name,
            cap_bytes=wanted.cap_bytes,
        )
        before = machine.allocated_bytes(torch, wanted.device)
        model = wanted.load()
        measured = weigh(wanted.modules(model))
        if before is not None:
            grown = (machine.allocated_bytes(torch, wanted.device) or 0) - before
            measured[wanted.device] = max(measured.get(wanted.device, 0), grown)
        with self._lock:
            place.put(model, wanted, measured)
            self._start(place)
        return model

    def _evict_one(self, device: str) -> bool:
        with self._lock:
            idle = next((place for place in self.loaded(device) if not place.working), None)
            if idle is None:
                return False
            devices = list(idle.bytes)
            idle.take()
        _collect(devices)
        return True

    def _no_room(self, device: str, needed: int, name: str, cap_bytes: int | None) -> NoRoomError:
        torch = libraries.load_torch()
        told = f"{device} has {gigabytes(self.free(device, cap_bytes))} free"
        told += f" of {gigabytes(machine.look(torch, device).total_bytes)}"
        if cap_bytes is not None:
            told += f" (memory_gb allows {gigabytes(cap_bytes)})"
        return NoRoomError(
            f"'{name}' needs {gigabytes(needed)} of memory; {told}{self.others(device)}.",
            hint="Close other programs, or choose a smaller model: studiolo models",
        )

    def others(self, device: str) -> str:
        """What else lies on the device, as the end of a sentence: `` beside 'sdxl' with 6.9 GB``."""
        others = [f"'{place.name}' with {gigabytes(place.bytes[device])}" for place in self.loaded(device)]
        return f", beside {', '.join(others)}" if others else ""


def weigh(modules: Iterable[Any]) -> dict[str, int]:
    """Bytes of the parameters and buffers of torch modules, by device; what is shared counts once.

    Weights on ``meta`` are counted where accelerate keeps them, on the processor.
    """
    tensors = {
        id(tensor): tensor
        for module in modules
        for tensor in itertools.chain(module.parameters(), module.buffers())
    }
    total: dict[str, int] = {}
    for tensor in tensors.values():
        kind = tensor.device.type
        device = {"meta": "cpu", "mps": "mps"}.get(kind, str(tensor.device))
        total[device] = total.get(device, 0) + tensor.numel() * tensor.element_size()
    return total


def _collect(devices: Iterable[str]) -> None:
    """Free what nobody holds any more; modules refer to themselves."""
    gc.collect()
    torch = libraries.load_torch()
    for device in devices:
        machine.free_cache(torch, device)


LEDGER: Final = Ledger()
"""The process's own: memory is the process's, whichever studio loads into it."""
