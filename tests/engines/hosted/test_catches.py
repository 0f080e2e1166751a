"""The fault suite is worth something only if it catches engines that do wrong: one wrong each."""

from __future__ import annotations

import logging
import urllib.request
from dataclasses import replace

import pytest

from studiolo.engines.http.replies import Fault
from studiolo.errors import Cancelled, CredentialsError, EngineError, RateLimitedError, StudioloError
from studiolo.requests import ignore_progress
from tests.engines.hosted.demo import DemoEngine, demo_hosting
from tests.engines.hosted.faults import HostedFaults
from tests.engines.hosted.rows import FAULT_NAMES, FaultName

NOT_AT_THE_DEMO: dict[FaultName, str] = {"clock": "it signs nothing"}


class Demo(HostedFaults):
    name = "demo"
    does_not_apply = NOT_AT_THE_DEMO
    kind: type[DemoEngine] = DemoEngine

    def hosting(self):
        return demo_hosting(self.kind)


class TestDemo(Demo):
    """A sound engine passes."""


class AsksTwice(DemoEngine):
    def begin(self, request, beat):
        try:
            return super().begin(request, beat)
        except EngineError:
            return super().begin(request, beat)


class BeginsTwoToBeSure(DemoEngine):
    def begin(self, request, beat):
        super().begin(request, beat)
        return super().begin(request, beat)


class Swallows(DemoEngine):
    def generate(self, request, progress=ignore_progress):
        try:
            yield from super().generate(request, progress)
        except StudioloError:
            return


class SwallowsCancelled(DemoEngine):
    def generate(self, request, progress=ignore_progress):
        try:
            yield from super().generate(request, progress)
        except Cancelled:
            return


class ShowsTheKey(DemoEngine):
    def explain(self, fault: Fault):
        return EngineError(f"It said no to {self.options.key}.", hint="Ask again.")


class ShowsTheKeyToItsUsers(DemoEngine):
    def generate(self, request, progress=ignore_progress):
        try:
            yield from super().generate(request, progress)
        except StudioloError as error:
            raise type(error)(error.message, hint=f"The key was {self.options.key[:-4]}…") from error


class LogsTheKey(DemoEngine):
    def begin(self, request, beat):
        logging.getLogger("studiolo.demo").debug("asking with %s", self.options.key)
        return super().begin(request, beat)


class LosesTheFirst(DemoEngine):
    def generate(self, request, progress=ignore_progress):
        yield from list(super().generate(request, progress))


class YieldsOneTwice(DemoEngine):
    def generate(self, request, progress=ignore_progress):
        for picture in super().generate(request, progress):
            yield picture
            if request.count > 1:
                yield picture
                return


class ForgetsSeeds(DemoEngine):
    def generate(self, request, progress=ignore_progress):
        for picture in super().generate(request, progress):
            yield replace(picture, request=picture.request.model_copy(update={"seed": 1}))


class FollowsEveryLink(DemoEngine):
    def fetch(self, link, beat):
        with urllib.request.urlopen(link) as reply:
            return reply.read()


class NeverCancels(DemoEngine):
    def call_off(self, painting):
        pass


class BlamesNobody(DemoEngine):
    def explain(self, fault: Fault):
        return EngineError("It did not work.")


class SaysHalfASentence(DemoEngine):
    def explain(self, fault: Fault):
        return RateLimitedError("no painter is free", hint="Ask again.")


class PromisesWhatIsLost(DemoEngine):
    def fetch(self, link, beat):
        try:
            return super().fetch(link, beat)
        except EngineError as error:
            raise EngineError(error.message, hint="What came is kept.") from error


class RaisesWhatComes(DemoEngine):
    def explain(self, fault: Fault):
        raise ValueError(fault.message)


class OneErrorForAll(DemoEngine):
    def explain(self, fault: Fault):
        return EngineError(f"It did not work: {fault.message}.", hint="Ask again.")


class DoesNotSayThatItCosts(DemoEngine):
    def begin(self, request, beat):
        try:
            return super().begin(request, beat)
        except EngineError as error:
            raise EngineError("The connection broke.", hint="Ask again.") from error


class TakesEveryNoForAWrongKey(DemoEngine):
    def fetch(self, link, beat):
        try:
            return super().fetch(link, beat)
        except EngineError as error:
            raise CredentialsError("It does not take the key.", hint="Set it.") from error


class GivesUpForGood(DemoEngine):
    failed = False

    def generate(self, request, progress=ignore_progress):
        if self.failed:
            return
        try:
            yield from super().generate(request, progress)
        except EngineError:
            self.failed = True
            raise


WRONGS: list[tuple[type[DemoEngine], FaultName, str]] = [
    (AsksTwice, "hangs-up-after", "painted twice"),
    (BeginsTwoToBeSure, "throttled-once", "painted twice"),
    (BeginsTwoToBeSure, "no-key", "was paid 2 times"),
    (Swallows, "declined", "no error"),
    (Swallows, "fourth-fails", "no error"),
    (SwallowsCancelled, "cancelled", "no error"),
    (ShowsTheKey, "no-access", "a secret is shown"),
    (ShowsTheKeyToItsUsers, "refused-connection", "a secret is shown"),
    (LogsTheKey, "slow", "a secret is shown"),
    (LosesTheFirst, "fourth-fails", "3 were finished, 0 were kept"),
    (LosesTheFirst, "cancelled", "no error"),
    (YieldsOneTwice, "fourth-fails", "no error"),
    (YieldsOneTwice, "cancelled", "no error"),
    (ForgetsSeeds, "throttled-once", "not what was asked for"),
    (FollowsEveryLink, "private-link", "none of ours|no error"),
    (NeverCancels, "cancelled", "not called off"),
    (BlamesNobody, "wrong-key", "CredentialsError belongs"),
    (BlamesNobody, "overloaded", "no hint"),
    (SaysHalfASentence, "overloaded", "no sentence"),
    (PromisesWhatIsLost, "half-sent", "nothing is kept"),
    (RaisesWhatComes, "unknown-model", "none of ours"),
    (OneErrorForAll, "spent", "RateLimitedError"),
    (OneErrorForAll, "throttled", "RateLimitedError"),
    (DoesNotSayThatItCosts, "hangs-up-after", "not said that it costs"),
    (GivesUpForGood, "half-sent", "cannot be used afterwards"),
    (GivesUpForGood, "no-picture", "cannot be used afterwards"),
    (GivesUpForGood, "too-large", "cannot be used afterwards"),
    (GivesUpForGood, "expired-link", "cannot be used afterwards"),
    (TakesEveryNoForAWrongKey, "expired-link", "blames"),
    (GivesUpForGood, "not-the-service", "cannot be used afterwards"),
    (GivesUpForGood, "hangs-up-before", "cannot be used afterwards"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("engine", "fault", "said"), WRONGS, ids=[f"{kind.__name__}-{fault}" for kind, fault, _ in WRONGS]
)
def test_suite_catches(engine: type[DemoEngine], fault: FaultName, said: str, monkeypatch):
    monkeypatch.setattr("tests.engines.hosted.faults.PATIENCE_S", 2)
    monkeypatch.setattr("tests.engines.hosted.demo_server.HANGS_S", 0.5)

    class Wrong(Demo):
        kind = engine

    with pytest.raises(AssertionError, match=said):
        Wrong().judge(fault)


def test_every_fault_catches_something():
    assert {fault for _, fault, _ in WRONGS} == set(FAULT_NAMES) - NOT_AT_THE_DEMO.keys()
