"""The one door to OpenCV, which is an extra and may lack a library of the system."""

from __future__ import annotations

import importlib
import importlib.util
import re
from typing import Any, Final

from studiolo.errors import EngineError, MissingExtraError

# Libraries that opencv-python's wheels leave to the system, and the Debian packages that have them.
_PACKAGES: Final = {
    "libGL": "libgl1",
    "libEGL": "libegl1",
    "libglib": "libglib2.0-0",
    "libgthread": "libglib2.0-0",
    "libSM": "libsm6",
    "libXext": "libxext6",
    "libXrender": "libxrender1",
    "libxcb": "libxcb1",
}
_MISSING: Final = re.compile(r"(lib[\w.+-]+?)\.so[.\d]*: cannot open shared object file")


def has_opencv() -> bool:
    """Whether it is installed; looks, loads nothing."""
    return importlib.util.find_spec("cv2") is not None


def load_opencv(*, needed_for: str) -> Any:
    """The module ``cv2``.

    Args:
        needed_for: what needs it, to begin a sentence with: ``Cutting out by colour``.

    Raises:
        MissingExtraError: it is not installed.
        EngineError: the system lacks a library that it needs; the hint names the package that has it.
    """
    if not has_opencv():
        raise MissingExtraError("editing", needed_for=needed_for)
    try:
        return importlib.import_module("cv2")  # its types are full of unknowns
    except ImportError as error:
        raise _explain(error, needed_for) from error


def _explain(error: ImportError, needed_for: str) -> EngineError:
    found = _MISSING.search(str(error))
    if found is None:
        return EngineError(
            f"{needed_for} needs OpenCV, which is installed but does not load: {error}",
            hint="Run: pip install --force-reinstall opencv-python",
        )
    library = found[1]
    package = _PACKAGES.get(re.split(r"[-.\d]", library)[0])
    hint = f"On Debian or Ubuntu run: apt-get install {package}" if package else f"Install {library}."
    return EngineError(
        f"{needed_for} needs OpenCV, which needs {library} of the system.",
        hint=f"{hint} Without a screen, opencv-python-headless in place of opencv-python does as well.",
    )
