"""How far a run is, by the bars in its log."""

from __future__ import annotations

import pytest

from studiolo.engines.replicate.logs import steps_taken
from tests.engines.replicate.easel import bars

LOADING = "Downloading weights: 100%|██████████| 7/7 [00:01<00:00]\nUsing seed: 12\n"


@pytest.mark.parametrize(
    ("logs", "steps"),
    [
        (None, None),
        ("", None),
        (LOADING, None),
        ("Using seed: 3\n  0%|          | 0/25 [00:00<?, ?it/s]", (0, 25)),
        ("  0%|          | 0/25 [00:00<?, ?it/s]\r 40%|████      | 10/25 [00:01<00:02, 6.5it/s]", (10, 25)),
        (f"{LOADING}{bars([20, 5], 20)}", (20, 20)),
        (bars([20, 5], 23), (23, 25)),
        (bars([50, 15], 65), (65, 65)),
        (bars([4, 4], 6), (6, 8)),
    ],
)
def test_the_last_bar_counts_and_those_before_it(logs, steps):
    assert steps_taken(logs) == steps
