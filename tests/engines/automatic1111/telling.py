"""What the web UI of the tests is doing, and what its routes tell of that."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any, Literal

from PIL import Image

from tests.engines.automatic1111.painting import in_base64


@dataclass
class Task:
    """A painting; ``told`` is what the request said, with the defaults of its form."""

    name: str
    told: dict[str, Any]
    said: dict[str, Any]
    stamp: str = ""
    state: Literal["waiting", "painting", "finished", "failed", "interrupted"] = "waiting"
    step: int = 0


@dataclass
class Refusal(Exception):  # noqa: N818 - an answer, not a fault of the tests
    status: int
    error: str
    words: str = ""
    detail: str = ""


@dataclass
class State:
    tasks: list[Task] = field(default_factory=list)
    current: Task | None = None
    last_stamp: str = "0"
    interrupted: threading.Event = field(default_factory=threading.Event)
    interruptions: int = 0
    asked: list[str] = field(default_factory=list)
    looks: int = 0


def info(task: Task, checkpoints: list[dict[str, Any]], flavour: str) -> dict[str, Any]:
    """``Processed.js``; SD.Next leaves out the model's name."""
    asked = (task.told["override_settings"] or {}).get("sd_model_checkpoint")
    known = {each["title"]: each for each in checkpoints}
    model = known.get(asked, checkpoints[0])  # what is not known is passed over
    line = (
        f"Steps: {task.told['steps']}, Sampler: {task.told['sampler_name']}, Seed: {task.told['seed']}, "
        f"Model hash: {model['hash']}, Model: {model['model_name']}, Version: v1.10.1"
    )
    told = {
        "seed": task.told["seed"],
        "all_seeds": [task.told["seed"]],
        "steps": task.told["steps"],
        "cfg_scale": task.told["cfg_scale"],
        "sampler_name": task.told["sampler_name"],
        "sd_model_name": model["model_name"],
        "sd_model_hash": model["hash"],
        "index_of_first_image": 0,
        "infotexts": [f"{task.told['prompt']}\n{line}"],
    }
    if flavour == "sdnext":
        del told["sd_model_name"]
    return told


def progress(state: State, *, picture: bool) -> dict[str, Any]:
    """``progressapi`` of modules/api/api.py: of whatever is painted."""
    task = state.current
    told = {
        "skipped": False,
        "interrupted": state.interrupted.is_set(),
        "job": "scripts_txt2img" if task else "",
        "job_count": 1 if task else 0,
        "job_timestamp": state.last_stamp,
        "job_no": 0,
        "sampling_step": task.step if task else 0,
        "sampling_steps": task.told.get("steps", 1) if task else 0,
    }
    answer: dict[str, Any] = {"progress": 0, "eta_relative": 0, "state": told, "textinfo": None}
    if task is None:
        return {**answer, "current_image": None}
    share = min(1, 0.01 + task.step / task.told.get("steps", 1))
    return {**answer, "progress": share, "current_image": _preview() if picture else None}


def task_progress(state: State, asked: dict[str, Any]) -> dict[str, Any]:
    """``progressapi`` of modules/progress.py: of the task that is named."""
    named = [task for task in state.tasks if task.name == asked["id_task"]]
    active = state.current is not None and state.current in named
    answer = {
        "active": active,
        "queued": any(task.state == "waiting" for task in named),
        "completed": any(task.state not in {"waiting", "painting"} for task in named),
        "id_live_preview": -1,
        "textinfo": "Waiting...",
    }
    if not active:
        return answer
    step, steps = named[0].step, named[0].told.get("steps", 1)
    new = asked["live_preview"] and asked["id_live_preview"] != step
    picture = f"data:image/png;base64,{_preview()}" if new else None
    return {**answer, "progress": step / steps, "live_preview": picture, "id_live_preview": step}


def _preview() -> str:
    """As small as the approximation of latents that web UIs show."""
    return in_base64(Image.new("RGB", (8, 8), "teal"))
