"""Choose the cut-off below which a drawing is not what was meant: `python -m training.calibrate`.

Prints precision (of the phrases answered, how many with a right drawing) and recall (of the phrases that have
a right drawing, how many got it) over thresholds, on `calibration.json`. Phrases that are names or aliases
are left out: they need no cut-off.
"""

from __future__ import annotations

import json
from pathlib import Path

from studiolo.engines.pocket.drawings import CUT_OFF, DrawingLibrary

LABELLED = Path(__file__).parent / "calibration.json"
WANTED_PRECISION = 0.97


def main() -> None:
    library = DrawingLibrary()
    labelled: dict[str, list[str]] = json.loads(LABELLED.read_text("utf-8"))["phrases"]
    judged = []
    for phrase, right in labelled.items():
        if not library.has_name(phrase) and not library.lacks(phrase):
            name, score = library.scores(phrase)[0]
            judged.append((score, name in right, bool(right), phrase, name))
    answerable = sum(has for _, _, has, _, _ in judged)
    print(f"{len(judged)} phrases that are no names, {answerable} of them have a right drawing\n")
    print("threshold  answered  precision  recall")
    chosen = 1.0
    for step in range(96, 49, -2):
        threshold = step / 100
        answered = [right for score, right, *_ in judged if score >= threshold]
        precision = sum(answered) / max(len(answered), 1)
        print(f"{threshold:9.2f} {len(answered):9} {precision:10.3f} {sum(answered) / answerable:7.3f}")
        if precision >= WANTED_PRECISION and answered:
            chosen = threshold
    print(f"\nlowest threshold with precision ≥ {WANTED_PRECISION}: {chosen} (in use: {CUT_OFF})")
    print("\nwrong above 0.1 below it:")
    for score, right, _, phrase, name in sorted(judged, reverse=True):
        if not right and score >= chosen - 0.1:
            print(f"  {score:.2f} {phrase} → {name}")


if __name__ == "__main__":
    main()
