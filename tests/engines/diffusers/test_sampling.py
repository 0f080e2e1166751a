"""A model that samples unlike its base: SDXL-Lightning's timesteps end each stretch."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from studiolo.engines.base import EngineConfig
from studiolo.engines.diffusers.finding import find_weights
from studiolo.engines.diffusers.loading import load
from studiolo.engines.diffusers.options import DiffusersOptions
from studiolo.engines.local.machine import Placement


def test_what_the_family_says_of_sampling_holds_for_the_loaded_scheduler(sdxl: Path):
    options = DiffusersOptions()
    weights = find_weights(str(sdxl), EngineConfig(), options)
    few = replace(weights, family=replace(weights.family, sampling={"timestep_spacing": "trailing"}))
    placement = Placement(device="cpu", dtype="float32")
    assert load(weights, placement, options).base.scheduler.config.timestep_spacing == "leading"
    assert load(few, placement, options).base.scheduler.config.timestep_spacing == "trailing"
