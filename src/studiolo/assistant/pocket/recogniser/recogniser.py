"""The way in: a picture → what is drawn in it.

Two networks in turn: one tells where things are, the other looks at each more closely and compares it with
the names of the drawings library, in the text embedder's space. Our own, small, and of drawings only.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studiolo.assistant.pocket.recogniser.networks import Networks
from studiolo.assistant.pocket.recogniser.sighting import Sighting

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

    from studiolo.assistant.pocket.recogniser.meaning import Meaning
    from studiolo.assistant.pocket.recogniser.networks import Facts
    from studiolo.embedding import TextEmbedder

    Floats = NDArray[np.float32]

_ALTERNATIVES = 4


@dataclass(frozen=True)
class Impression:
    """All that was thought of the things in a picture.

    Boxes (n, 4), and of each the probability of every name, (n, names); what is missing to 1 is the chance
    that there is nothing.
    """

    boxes: Floats
    names: Floats

    @property
    def confidences(self) -> Floats:
        """Of the best names, (n,)."""
        return self.names.max(axis=1, initial=0.0)


class Recogniser:
    """Recognises what is drawn in pictures. Safe to share between threads; loads on first use.

    Args:
        threads: Of the networks.
        embedder: For `presence`; the package's own if none is given.
    """

    def __init__(self, *, threads: int = 2, embedder: TextEmbedder | None = None) -> None:
        self._networks = Networks(threads=threads)
        self._embedder = embedder
        self._lock = threading.Lock()
        self._meaning: Meaning | None = None
        self._last: tuple[Image, Impression] | None = None

    def look(self, image: Image) -> tuple[Sighting, ...]:
        """What is drawn in a picture, the most certain first.

        A name is told if one of its things reaches the measured floor; then the others need only half of it.

        Raises:
            EngineError: The weights are missing.
        """
        impression = self.impression(image)
        facts = self._networks.facts
        sure = impression.confidences
        order: list[int] = (-sure).argsort(kind="stable").tolist()
        sightings = [_sighting(impression, i, facts.names) for i in order if sure[i] >= facts.floor / 2]
        told = {sighting.name for sighting in sightings if sighting.confidence >= facts.floor}
        return tuple(sighting for sighting in sightings if sighting.name in told)

    def presence(self, image: Image, name: str) -> float:
        """The probability that something called ``name``, by meaning, is drawn in the picture.

        Raises:
            EngineError: The weights are missing.
        """
        each = self.impression(image).names @ self._meanings().weights(name)
        return float(1 - (1 - each.clip(0, 1)).prod())

    def sought(self, image: Image, name: str, at_least: float) -> tuple[Sighting, ...]:
        """What may be called ``name``, by meaning, with at least that probability, the surest first.

        For questions that take it for granted that there is one, where what is too unsure to be told will do.

        Raises:
            EngineError: The weights are missing.
        """
        impression = self.impression(image)
        each = (impression.names @ self._meanings().weights(name)).clip(0, 1)
        order: list[int] = (-each).argsort(kind="stable").tolist()
        found = [(float(each[i]), impression.boxes[i].tolist()) for i in order if each[i] >= at_least]
        return tuple(
            Sighting(name=name, confidence=sure, box=(left, top, right, bottom))
            for sure, (left, top, right, bottom) in found
        )

    def impression(self, image: Image) -> Impression:
        """Everything the networks made of a picture, also what is too unsure to be told.

        That of the last picture is kept: one picture is asked about several times.
        """
        with self._lock:
            if self._last is not None and self._last[0] is image:
                return self._last[1]
        impression = self._impression(image)
        with self._lock:
            self._last = (image, impression)
        return impression

    def _impression(self, image: Image) -> Impression:
        import numpy as np

        from studiolo.assistant.pocket.recogniser import finding, naming

        picture = finding.plain(image)
        boxes, sure = finding.boxes(self._networks.find(finding.to_finder(picture)))
        if len(boxes) == 0:
            nothing = np.zeros((0, len(self._networks.facts.names)), np.float32)
            return Impression(boxes, nothing)
        logits, thing = self._networks.name(naming.windows(picture, boxes))
        facts = self._networks.facts
        names = naming.probabilities(naming.together(logits), facts.temperature)
        return Impression(boxes, calibrated(names, thing, confidence(sure, thing, names.max(axis=1), facts)))

    def _meanings(self) -> Meaning:
        from studiolo.assistant.pocket.recogniser.meaning import Meaning

        with self._lock:
            if self._meaning is None:
                facts = self._networks.facts
                self._meaning = Meaning(facts.names, facts.kinds, self._embedder)
            return self._meaning


def confidence(sure: Floats, thing: Floats, best: Floats, facts: Facts) -> Floats:
    """How likely each best name is right: a logistic regression on what the networks say of it."""
    import numpy as np

    score = features(sure, thing, best) @ np.array(facts.weights) + facts.bias
    return (1 / (1 + np.exp(-score))).astype(np.float32)


def calibrated(names: Floats, thing: Floats, sure: Floats) -> Floats:
    """Probabilities of names, (n, names), of which the best is as likely as `sure` says.

    The others share what it may be wrong by, as far as there is a thing at all, in their own proportions.
    """
    import numpy as np

    best = names.argmax(axis=1)[:, None]
    others = (1 - sure) / (1 + np.exp(-thing)) / (1 - np.take_along_axis(names, best, 1)[:, 0]).clip(1e-6)
    shared = np.minimum(names * others[:, None], sure[:, None])
    np.put_along_axis(shared, best, sure[:, None], 1)
    return shared


def features(sure: Floats, thing: Floats, best: Floats) -> Floats:
    """What a confidence is made of, (n, 3).

    The finder's probability and that of the best name as logits, and between them the namer's logit of there
    being a thing.
    """
    import numpy as np

    return np.stack([_logit(sure), thing.clip(-10, 10), _logit(best)], axis=1)


def _logit(p: Floats) -> Floats:
    import numpy as np

    p = p.clip(1e-4, 1 - 1e-4)
    return np.log(p / (1 - p))


def _sighting(impression: Impression, i: int, names: tuple[str, ...]) -> Sighting:
    p = impression.names[i]
    order: list[int] = p.argsort(kind="stable")[::-1][: _ALTERNATIVES + 1].tolist()
    (name, sure), *others = ((names[j], float(p[j])) for j in order)
    left, top, right, bottom = impression.boxes[i].tolist()
    return Sighting(name=name, confidence=sure, box=(left, top, right, bottom), alternatives=tuple(others))
