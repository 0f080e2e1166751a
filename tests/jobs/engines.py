"""Engines for the tests of the queue: one that waits, ones that fail."""

import threading
from dataclasses import replace

from studiolo.engines.fake import FakeImageEngine
from studiolo.engines.pricing import UNKNOWN, Estimate
from studiolo.errors import Cancelled, EngineError, UnsupportedRequestError
from studiolo.requests import ignore_progress


class GatedEngine(FakeImageEngine):
    """Takes a step only when the gate lets it; asks ten times a second whether it should stop."""

    device = "cpu"
    parallel = 1

    def __init__(self, config=None):
        super().__init__(config)
        self.gate = threading.Semaphore(0)
        self.prompts = []

    @property
    def capabilities(self):
        return super().capabilities.model_copy(update={"device": self.device, "parallel": self.parallel})

    def generate(self, request, progress=ignore_progress):
        self.prompts.append(request.prompt)

        def wait(step):
            while not self.gate.acquire(timeout=0.1):
                progress(step)
            progress(step)

        yield from super().generate(request, wait)


class OtherDevice(GatedEngine):
    device = "cuda:0"


class TwoAtOnce(GatedEngine):
    device = "service"
    parallel = 2


_RAISED = {
    "engine": EngineError("The paint ran out.", hint="Buy paint."),
    "crash": ZeroDivisionError("division by sk-very-secret"),
    "exit": SystemExit(3),
    "stop": Cancelled(),
}


class FailsAtTheSecond(FakeImageEngine):
    """What is raised before the second picture is whatever the prompt says."""

    def generate(self, request, progress=ignore_progress):
        for number, picture in enumerate(super().generate(request, progress)):
            if number == 1:
                if request.prompt == "few":
                    return
                raise _RAISED[request.prompt]
            yield picture


class Blind(FakeImageEngine):
    """Cannot show what it paints before it is finished."""

    def generate(self, request, progress=ignore_progress):
        def broken(step):
            def preview():
                raise RuntimeError("no decoder")

            progress(type(step)(step=step.step, total=step.total, index=step.index, preview=preview))

        yield from super().generate(request, broken)


class Priced(FakeImageEngine):
    """Like a service: four cents a picture, by its list; remembers every request that it was paid for."""

    usd = 0.04
    languages = ()

    def __init__(self, config=None):
        super().__init__(config)
        self.asked = []

    @property
    def capabilities(self):
        return super().capabilities.model_copy(
            update={
                "offline": False,
                "device": "service",
                "parallel": 4,
                "prompt_characters": 60,
                "languages": self.languages,
            }
        )

    def estimate(self, request):
        return Estimate.per_image(self.usd, request.count, source="a list")

    def generate(self, request, progress=ignore_progress):
        self.asked.append(request)
        for picture in super().generate(request, progress):
            yield replace(picture, cost=self.usd)


class Particular(Priced):
    """Refuses wishes that its capabilities cannot say."""

    def check(self, request):
        if request.steps == 7 or "seven" in request.prompt:
            raise UnsupportedRequestError("It does not do seven.", hint="Ask for eight.")


class Metered(Priced):
    """Paid by the second: says four cents a picture, and takes more."""

    usd = 0.05

    def estimate(self, request):
        return Estimate.per_second(0.01, 4, request.count, source="a guess")


class Unpriced(Priced):
    """Nobody knows what it costs."""

    usd = None

    def estimate(self, request):
        return UNKNOWN


class LastFirst(Priced):
    """Finishes the last picture first; fails before the third it would finish if the prompt says so."""

    def generate(self, request, progress=ignore_progress):
        painted = list(super().generate(request, progress))
        for number, picture in enumerate(reversed(painted)):
            if request.prompt == "fails" and number == 2:
                raise EngineError("The paint ran out.", hint="Buy paint.")
            yield picture


class LosesOdd(Priced):
    """Of several pictures every other one, the first of all, is lost on the way."""

    def generate(self, request, progress=ignore_progress):
        for number, picture in enumerate(super().generate(request, progress)):
            if request.count == 1 or number % 2:
                yield picture


ENGINES = {
    "gated": GatedEngine,
    "other": OtherDevice,
    "two": TwoAtOnce,
    "faulty": FailsAtTheSecond,
    "blind": Blind,
    "priced": Priced,
    "particular": Particular,
    "metered": Metered,
    "unpriced": Unpriced,
    "last-first": LastFirst,
    "odd": LosesOdd,
}
