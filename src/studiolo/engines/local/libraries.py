"""The one door to torch, transformers and diffusers, which the base install does not have.

They are loaded by name and stand as ``Any``: types and the import contract hold whether or not they are
installed.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from functools import cache
from typing import Any, Final

from studiolo.errors import MissingExtraError

NEEDED: Final = ("torch", "transformers", "accelerate", "jinja2", "psutil")
NEEDED_TO_PAINT: Final = ("torch", "diffusers", "transformers", "accelerate", "peft", "torchsde", "psutil")


def missing(needed: tuple[str, ...] = NEEDED) -> tuple[str, ...]:
    """Which of the needed libraries are not installed; looks, loads nothing."""
    return tuple(name for name in needed if not _is_here(name))


def load_torch() -> Any:
    """The module ``torch``.

    Raises:
        MissingExtraError: it is not installed.
    """
    return _load("torch")


def load_transformers() -> Any:
    """The module ``transformers``, quiet: what goes wrong is raised, and progress is shown by us.

    Raises:
        MissingExtraError: it is not installed.
    """
    transformers = _load("transformers")
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    return transformers


def load_diffusers() -> Any:
    """The module ``diffusers``, as quiet.

    Raises:
        MissingExtraError: it is not installed.
    """
    diffusers = _load("diffusers", NEEDED_TO_PAINT)
    diffusers.utils.logging.set_verbosity_error()
    diffusers.utils.logging.disable_progress_bar()
    load_transformers()  # its pipelines hold text encoders
    return diffusers


def _is_here(name: str) -> bool:
    """Asked dozens of times for each picture, so the disk is searched once."""
    if name in sys.modules:
        return importlib.util.find_spec(name) is not None  # a look into sys.modules, where it may be barred
    return _is_installed(name)


@cache
def _is_installed(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


def _load(name: str, needed: tuple[str, ...] = NEEDED) -> Any:
    if missing(needed):
        raise MissingExtraError("local", needed_for="A local model")
    return importlib.import_module(name)
