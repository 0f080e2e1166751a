"""The one door to torch and transformers, which the base install does not have.

They are loaded by name and stand as ``Any``: types and the import contract hold whether or not they are
installed.
"""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any, Final

from studiolo.errors import MissingExtraError

NEEDED: Final = ("torch", "transformers", "accelerate", "jinja2", "psutil")


def missing() -> tuple[str, ...]:
    """Which of the needed libraries are not installed; looks, loads nothing."""
    return tuple(name for name in NEEDED if importlib.util.find_spec(name) is None)


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


def _load(name: str) -> Any:
    if missing():
        raise MissingExtraError("local", needed_for="A local model")
    return importlib.import_module(name)
