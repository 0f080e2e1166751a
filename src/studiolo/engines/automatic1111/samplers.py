"""Samplers and noise schedules, which every version of the web UI names in its own way.

- AUTOMATIC1111 up to 1.8: the schedule is part of the name, ``DPM++ 2M Karras``.
- AUTOMATIC1111 since 1.9 and Forge: sampler ``DPM++ 2M`` and, apart from it, scheduler ``Karras``. Their API
  still takes the older names, but paints with its first sampler where it knows a name not at all, so that
  names are looked up before anything is asked for (``get_sampler_and_scheduler`` in modules/sd_samplers.py).
- SD.Next: a sampler, and a "sigma method" that none of its lists tells (modules/ui_sections.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from studiolo.engines.automatic1111.names import Table, advice, plain
from studiolo.errors import InvalidRequestError

# Those of v1.10.1 (modules/sd_samplers_*.py), and the names with a schedule that v1.6 to v1.8 had.
SAMPLERS: Final = (
    "Euler",
    "Euler a",
    "DPM++ 2M",
    "DPM++ 2M Karras",
    "DPM++ SDE",
    "DPM++ SDE Karras",
    "DPM++ 2M SDE",
    "DPM++ 2M SDE Karras",
    "DPM++ 2M SDE Exponential",
    "DPM++ 2M SDE Heun",
    "DPM++ 2M SDE Heun Karras",
    "DPM++ 2M SDE Heun Exponential",
    "DPM++ 2S a",
    "DPM++ 2S a Karras",
    "DPM++ 3M SDE",
    "DPM++ 3M SDE Karras",
    "DPM++ 3M SDE Exponential",
    "LMS",
    "LMS Karras",
    "Heun",
    "DPM2",
    "DPM2 Karras",
    "DPM2 a",
    "DPM2 a Karras",
    "DPM fast",
    "DPM adaptive",
    "Restart",
    "DDIM",
    "DDIM CFG++",
    "PLMS",
    "UniPC",
    "LCM",
)

# k-diffusion's names (as ComfyUI has them), Replicate's for SDXL, diffusers'.
ALIASES: Final[Mapping[str, str]] = {
    "euler ancestral": "Euler a",
    "dpmpp_2m": "DPM++ 2M",
    "dpmpp_2m_karras": "DPM++ 2M Karras",
    "dpmpp_sde": "DPM++ SDE",
    "dpmpp_sde_karras": "DPM++ SDE Karras",
    "dpmpp_2m_sde": "DPM++ 2M SDE",
    "dpmpp_2m_sde_karras": "DPM++ 2M SDE Karras",
    "dpmpp_2s_a": "DPM++ 2S a",
    "dpmpp_2s_ancestral": "DPM++ 2S a",
    "dpmpp_3m_sde": "DPM++ 3M SDE",
    "dpmpp_3m_sde_karras": "DPM++ 3M SDE Karras",
    "dpm_2": "DPM2",
    "dpm_2_ancestral": "DPM2 a",
    "dpm solver multistep": "DPM++ 2M",
    "karrasdpm": "DPM++ 2M Karras",
    "heun discrete": "Heun",
    "pndm": "PLMS",
    "uni_pc": "UniPC",
}

SIGMAS: Final[Table] = dict.fromkeys(("karras", "betas", "exponential", "lambdas", "flowmatch"), ())
"""SD.Next's sigma methods, 2026-07."""


class Schedules(Enum):
    """How a server is told the noise schedule."""

    IN_THE_NAME = "in the sampler's name"
    APART = "scheduler"
    SIGMA = "schedulers_sigma"


@dataclass(frozen=True, kw_only=True)
class Samplers:
    """What a server has: samplers and, where these have names, schedules, each with its other names."""

    title: str
    kind: Schedules
    names: Table
    schedules: Table = field(default_factory=dict[str, tuple[str, ...]])

    def fields(self, asked: str, schedule: str | None) -> dict[str, str]:
        """The fields of a request for the sampler ``asked``, whose name may end in a schedule.

        Raises:
            InvalidRequestError: it has no such sampler, or no such schedule.
        """
        if schedule is not None and self.kind is Schedules.IN_THE_NAME:
            asked, schedule = f"{asked} {schedule}", None
        sampler, ending = self._split(asked)
        if sampler is None:
            raise InvalidRequestError(
                f"{self.title} has no sampler '{asked}'.", hint=advice(asked, self.names)
            )
        chosen = ending if schedule is None else _spelt(schedule, self.schedules)
        if schedule is not None and chosen is None:
            raise InvalidRequestError(
                f"{self.title} has no schedule '{schedule}'.", hint=advice(schedule, self.schedules)
            )
        return (
            {"sampler_name": sampler}
            if chosen is None
            else {
                "sampler_name": sampler,
                self.kind.value: chosen,
            }
        )

    def _split(self, asked: str) -> tuple[str | None, str | None]:
        """The sampler, and the schedule that its name ends in if the server has no sampler of that name."""
        whole = _spelt(asked, self.names)
        if whole is not None:
            return whole, None
        wanted = plain(asked)
        for schedule, spellings in self.schedules.items():
            for ending in {plain(each) for each in (schedule, *spellings)}:
                sampler = _spelt(wanted.removesuffix(ending), self.names) if wanted.endswith(ending) else None
                if sampler is not None:
                    return sampler, schedule
        return None, None


def _spelt(asked: str, table: Table) -> str | None:
    """As :func:`.names.same`; the ``k_`` of k-diffusion is spelling, too."""
    wanted = plain(asked).removeprefix("k")
    for name, spellings in table.items():
        if wanted and wanted in {plain(each).removeprefix("k") for each in (name, *spellings)}:
            return name
    return None
