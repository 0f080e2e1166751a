"""What is loaded, and what goes when there is no room: real modules, a ledger of the test's own."""

from __future__ import annotations

import gc
import threading
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'local': make local")

from studiolo.engines.local.residency import Ledger, Place, Wanted, weigh  # noqa: E402
from studiolo.errors import EngineError  # noqa: E402

SIDE = 64
BYTES = 4 * SIDE * SIDE


class Model:
    """A model of a given size, which counts how often it was loaded."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.loads = 0

    def wanted(self, *, cap: int | None = None, needed: int = BYTES, load: Any = None) -> Wanted[Any]:
        return Wanted(
            name=self.name,
            device="cpu",
            needed_bytes=needed,
            load=load or self._load,
            modules=lambda module: [module],
            cap_bytes=cap,
        )

    def _load(self) -> Any:
        self.loads += 1
        return torch.nn.Linear(SIDE, SIDE, bias=False)


def visit(place: Place[Any], wanted: Wanted[Any]) -> Any:
    with place.use(wanted) as module:
        return module(torch.ones(1, SIDE)).sum().item()


def test_a_model_is_loaded_once_and_measured() -> None:
    ledger, model = Ledger(), Model("first")
    place = Place[Any](ledger)

    assert visit(place, model.wanted()) == visit(place, model.wanted())
    assert model.loads == 1
    assert place.bytes == {"cpu": BYTES}
    assert [found.name for found in ledger.loaded("cpu")] == ["first"]


def test_the_least_recently_used_goes_and_comes_back() -> None:
    ledger = Ledger()
    models = [Model(name) for name in ("a", "b", "c")]
    places = [Place[Any](ledger) for _ in models]
    cap = 2 * BYTES
    visit(places[0], models[0].wanted(cap=cap))
    visit(places[1], models[1].wanted(cap=cap))
    visit(places[0], models[0].wanted(cap=cap))  # now b is the older one

    visit(places[2], models[2].wanted(cap=cap))

    assert [place.loaded for place in places] == [True, False, True]
    visit(places[1], models[1].wanted(cap=cap))
    assert [model.loads for model in models] == [1, 2, 1]
    assert [place.loaded for place in places] == [False, True, True]


def test_a_model_at_work_never_goes() -> None:
    ledger, first, second = Ledger(), Model("busy"), Model("other")
    mine, theirs = Place[Any](ledger), Place[Any](ledger)

    with mine.use(first.wanted(cap=BYTES)), pytest.raises(EngineError) as caught:
        visit(theirs, second.wanted(cap=BYTES))

    assert mine.loaded
    assert "'other' needs" in caught.value.message
    assert "'busy'" in caught.value.message
    visit(theirs, second.wanted(cap=BYTES))
    assert not mine.loaded


def test_what_can_never_fit_is_refused_with_the_figures() -> None:
    ledger, model = Ledger(), Model("huge")

    with pytest.raises(EngineError, match=r"'huge' needs 1000000\.0 GB of memory; cpu has .* GB free of"):
        visit(Place[Any](ledger), model.wanted(needed=10**15))

    assert model.loads == 0


def test_a_load_that_fails_leaves_the_place_empty() -> None:
    ledger, model = Ledger(), Model("broken")
    place = Place[Any](ledger)

    def fail() -> Any:
        raise EngineError("It is damaged.", hint="Download it anew.")

    with pytest.raises(EngineError, match="damaged"):
        visit(place, model.wanted(load=fail))
    assert not place.loaded
    visit(place, model.wanted())
    assert place.working == 0


def test_threads_that_want_the_same_model_load_it_once() -> None:
    ledger, model = Ledger(), Model("shared")
    place, barrier, failures = Place[Any](ledger), threading.Barrier(4), []

    def work() -> None:
        barrier.wait()
        try:
            visit(place, model.wanted())
        except EngineError as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert not failures
    assert model.loads == 1
    assert place.working == 0


def test_clearing_frees_and_a_lost_owner_is_forgotten() -> None:
    ledger, model = Ledger(), Model("short")
    place = Place[Any](ledger)
    visit(place, model.wanted())
    place.clear()
    assert not ledger.loaded("cpu")

    visit(place, model.wanted())
    del place
    gc.collect()
    assert not ledger.loaded("cpu")


def test_idle_models_count_as_room() -> None:
    ledger, idle, busy = Ledger(), Model("idle"), Model("busy")
    resting, working = Place[Any](ledger), Place[Any](ledger)
    visit(resting, idle.wanted())

    with working.use(busy.wanted()):
        assert ledger.obtainable("cpu", 3 * BYTES) == 2 * BYTES
        assert ledger.free("cpu", 3 * BYTES) == BYTES


def test_shared_tensors_are_weighed_once() -> None:
    first, second = torch.nn.Linear(8, 8, bias=False), torch.nn.Linear(8, 8, bias=False)
    second.weight = first.weight

    assert weigh([first, second]) == {"cpu": 8 * 8 * 4}
