"""Fit how sure the recogniser may be of what it says: `python -m training.recogniser.calibrate`.

First the temperature of the names' probabilities, then a logistic regression on what the networks say of each
thing, then the floor below which nothing is told. A wrong thing told counts twice as much as one left out.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from studiolo.assistant.pocket.recogniser import finding, naming
from studiolo.assistant.pocket.recogniser.networks import Facts, Networks
from studiolo.assistant.pocket.recogniser.recogniser import confidence, features
from training.recogniser import ASSETS
from training.recogniser.validation import Sample, load

_HIT = 0.4  # overlap from which a box is that of the thing


@dataclass(frozen=True)
class Seen:
    """What the networks said of one picture; `truth` is the class of each box's thing, or -1."""

    kind: str
    sure: NDArray[np.float32]
    thing: NDArray[np.float32]
    logits: NDArray[np.float32]
    truth: NDArray[np.int64]
    things: int


def look(networks: Networks, sample: Sample) -> Seen:
    """Everything but probabilities."""
    picture = Image.fromarray(sample.pixels)
    boxes, sure = finding.boxes(networks.find(finding.to_finder(picture)))
    truth = np.full(len(boxes), -1)
    taken: set[int] = set()
    for i, box in enumerate(boxes):
        overlaps = [finding.overlap(box, other) * (j not in taken) for j, other in enumerate(sample.boxes)]
        if overlaps and max(overlaps) >= _HIT:
            best = int(np.argmax(overlaps))
            taken.add(best)
            truth[i] = sample.classes[best]
    logits, thing = np.zeros((0, 0), np.float32), np.zeros(0, np.float32)
    if len(boxes):
        logits, thing = networks.name(naming.windows(picture, boxes))
        logits = naming.together(logits)
    return Seen(sample.kind, sure, thing, logits, truth, len(sample.boxes))


def temperature(seen: list[Seen]) -> float:
    """The one under which the right names are likeliest."""
    logits = np.concatenate([s.logits[s.truth >= 0] for s in seen if (s.truth >= 0).any()])
    truth = np.concatenate([s.truth[s.truth >= 0] for s in seen])

    def surprise(t: float) -> float:
        p = naming.probabilities(logits, t)[np.arange(len(truth)), truth]
        return float(-np.log(p.clip(1e-9)).mean())

    return min(np.geomspace(0.3, 4, 60).tolist(), key=surprise)


def regression(rows: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weights and bias by Newton's method, lightly ridged."""
    x = np.concatenate([rows, np.ones((len(rows), 1))], axis=1)
    w = np.zeros(x.shape[1])
    for _ in range(30):
        p = 1 / (1 + np.exp(-(x @ w)))
        gradient = x.T @ (right - p) - 1e-3 * w
        curvature = (x * (p * (1 - p))[:, None]).T @ x + 1e-3 * np.eye(len(w))
        w = w + np.linalg.solve(curvature, gradient)
    return w


def _table(seen: list[Seen], facts: Facts) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Features as the recogniser makes them, and whether the best name is right."""
    rows, right = [], []
    for s in seen:
        if len(s.sure) == 0:
            continue
        p = naming.probabilities(s.logits, facts.temperature)
        rows.append(features(s.sure, s.thing, p.max(1)))
        right.append(p.argmax(1) == s.truth)
    return np.concatenate(rows), np.concatenate(right).astype(float)


def floor(seen: list[Seen], facts: Facts) -> float:
    """The floor with the best F0.5 of right names told: precision weighs twice as much as recall."""
    told, right = [], []
    for s in seen:
        if len(s.sure):
            p = naming.probabilities(s.logits, facts.temperature)
            told.append(confidence(s.sure, s.thing, p.max(1), facts))
            right.append(p.argmax(1) == s.truth)
    sure, hit = np.concatenate(told), np.concatenate(right)
    things = sum(s.things for s in seen)

    def score(least: float) -> float:
        said = sure >= least
        return float(1.25 * hit[said].sum() / max(said.sum() + 0.25 * things, 1))

    return max(np.arange(0.2, 0.71, 0.05).round(2).tolist(), key=score)


def at_true_boxes(networks: Networks, samples: list[Sample]) -> str:
    """How often the namer alone is right: the first name, and one of five."""
    first, five = [], []
    for sample in samples:
        if len(sample.boxes):
            picture = Image.fromarray(sample.pixels)
            logits, _ = networks.name(naming.windows(picture, sample.boxes))
            right = np.argsort(-logits, axis=1)[:, :5] == sample.classes[:, None]
            first += right[:, 0].tolist()
            five += right.any(1).tolist()
    return f"at the true boxes named right {np.mean(first):.3f}, among five {np.mean(five):.3f}"


def main() -> None:
    networks = Networks(threads=2)
    samples = load()
    for kind in ("seen", "unseen"):
        print(kind, at_true_boxes(networks, [sample for sample in samples if sample.kind == kind]))
    seen = [look(networks, sample) for sample in samples]
    facts = replace(networks.facts, temperature=temperature(seen))
    *weights, bias = regression(*_table(seen, facts)).tolist()
    facts = replace(facts, weights=tuple(weights), bias=bias)
    facts = replace(facts, floor=floor(seen, facts))
    path = ASSETS / "facts.json"
    stored = json.loads(path.read_text())
    stored |= {
        "temperature": facts.temperature, "weights": facts.weights, "bias": facts.bias, "floor": facts.floor,
    }  # fmt: skip
    path.write_text(json.dumps(stored, indent=0) + "\n")
    right = _table(seen, facts)[1]
    print(f"{len(right)} boxes, {right.mean():.3f} of them named right; temperature {facts.temperature:.2f}")
    print(f"weights {np.round(weights, 2).tolist()}, bias {bias:.2f}, floor {facts.floor}")
    for kind in dict.fromkeys(s.kind for s in seen):
        _report(kind, [s for s in seen if s.kind == kind], facts)


def _report(kind: str, seen: list[Seen], facts: Facts) -> None:
    said = right = found = 0
    for s in seen:
        found += int((s.truth >= 0).sum())
        if len(s.sure):
            p = naming.probabilities(s.logits, facts.temperature)
            told = confidence(s.sure, s.thing, p.max(1), facts) >= facts.floor
            said += int(told.sum())
            right += int((p.argmax(1) == s.truth)[told].sum())
    things = sum(s.things for s in seen)
    print(f"{kind}: {things} things, {found} boxes found, {said} told, {right} of them right")


if __name__ == "__main__":
    main()
