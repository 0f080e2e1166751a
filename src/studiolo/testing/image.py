"""The promises every image engine keeps, as a test suite to subclass."""

# ruff: noqa: S101 - a test suite is made of asserts

from __future__ import annotations

from typing import Any

from studiolo.engines.base import Availability
from studiolo.engines.capabilities import Capabilities
from studiolo.engines.checking import check
from studiolo.engines.resolving import resolve
from studiolo.requests import ImageRequest
from studiolo.testing.asking import paints
from studiolo.testing.painting import PaintingPromises
from studiolo.testing.pictures import PicturePromises
from studiolo.testing.watching import watch_input_and_output

__all__ = ["ImageEngineContract"]


class ImageEngineContract(PaintingPromises, PicturePromises):
    """Subclass it, name the subclass ``Test…``, and give :meth:`make_engine`.

    The class attributes say what the tests may ask of your engine: set ``fields`` to what makes
    it fast, and loosen the tolerances only as far as your engine's nature demands.
    """

    # Construction and declarations

    def test_constructing_touches_nothing(self) -> None:
        """An engine is built to be asked what it can do; files and sockets wait for generate()."""
        self.make_engine().close()  # imports happen here
        with watch_input_and_output() as events:
            self.make_engine()
        assert not events, f"construction did input or output: {events[:3]}"

    def test_declarations_hold_together(self) -> None:
        """Every declared default lies in its own range, and every default request passes the check."""
        with self.make_engine() as engine:
            able = engine.capabilities
            assert isinstance(able, Capabilities)
            assert able.description.endswith("."), "the description is one sentence"
            assert able.tasks, "an engine without tasks cannot be asked for anything"
            assert able.sizes.allows(*able.sizes.default), f"{able.sizes.default} is not among its own sizes"
            for name in ("steps", "guidance_scale", "strength"):
                knob = getattr(able, name)
                assert knob is None or knob.minimum <= knob.default <= knob.maximum, f"{name}: {knob}"
            assert able.draft_strength is None or able.strength is not None
            assert engine.capabilities == able, "capabilities change from one look to the next"
            request = ImageRequest.parse(self._least(engine))
            check(able, request, engine="the engine")
            complete = resolve(able, request)
            check(able, complete, engine="the engine")
            assert resolve(able, complete) == complete, "a complete request stays as it is"

    def test_availability_is_said(self) -> None:
        """An engine that is not ready says why and what mends it."""
        with self.make_engine() as engine:
            available = engine.availability()
        assert isinstance(available, Availability)
        assert available.ready or (available.reason and available.hint)

    # Refusals

    def test_what_it_cannot_do_is_refused_before_it_is_tried(self) -> None:
        """Sizes, counts, knobs and options outside the declaration do not pass the check."""
        with self.make_engine() as engine:
            able = engine.capabilities
            outside: list[dict[str, Any]] = [{"seed": able.max_seed, "count": 2}]
            if not able.open_ended:
                outside += [{"options": {"no_such_option": True}}, {"scheduler": "no-such-scheduler"}]
            outside += [
                {name: knob.maximum + 1}
                for name in ("steps", "guidance_scale")
                if (knob := getattr(able, name)) is not None and knob.maximum + 1 <= 50
            ]
            if paints(engine):
                outside.append({"width": able.sizes.maximum + able.sizes.multiple})
            if not able.negative_prompt:
                outside.append({"negative_prompt": "blur"})
            for fields in outside:
                assert not self._allows(engine, fields), f"{fields} passed the check"
