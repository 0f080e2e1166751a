"""Text in pictures: PP-OCRv6 small through RapidOCR, which ships its models; the extra ``ocr``.

Reads Latin script with its accents, Greek, Chinese and Japanese. It has no Hangul, Cyrillic, Arabic, Hebrew,
Thai or Indic letters.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from studiolo.errors import MissingExtraError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

    from studiolo.assistant.pocket.pixels import Box

EXTRA: Final = "ocr"
SCRIPTS: Final = "Latin, Greek, Chinese and Japanese"
_CUT_OFF = (
    0.75  # confidence of a line below which it is not told; `python -m benchmarks.observer` has the figures
)
_CUT_OFF_SHORT = 0.9  # the same for one or two letters, which edges of drawings are taken for
_LONGEST_SIDE = 1600  # pixels; a larger picture is read from a copy
_DETECTOR_SIDE = 960  # at which lines are looked for; each is then read at full size


@dataclass(frozen=True, kw_only=True)
class TextLine:
    """One line of text, how sure (0 to 1), and where it stands."""

    text: str
    confidence: float
    box: Box


class TextReader:
    """Reads text. Loads its models when first asked; safe to share between threads (they take turns)."""

    def __init__(self, *, threads: int = 2) -> None:
        self._threads = threads
        self._lock = Lock()

    @staticmethod
    def installed() -> bool:
        """Whether the extra is there; loads nothing."""
        return find_spec("rapidocr") is not None

    def read(self, image: Image) -> tuple[TextLine, ...]:
        """The lines of an RGB or RGBA picture in reading order.

        Raises:
            MissingExtraError: the extra ``ocr`` is not installed.
        """
        import numpy as np

        from studiolo.assistant.pocket.pixels import shrink

        small = shrink(_on_white(image), _LONGEST_SIDE)
        with self._lock:  # the engine keeps the state of a call in itself
            found = self._engine(np.asarray(small)[..., ::-1])
        if found.boxes is None or found.txts is None:
            return ()
        lines = [
            TextLine(text=text.strip(), confidence=round(float(score), 3), box=_box(corners, small.size))
            for corners, text, score in zip(found.boxes, found.txts, found.scores, strict=True)
            if score >= (_CUT_OFF if sum(map(str.isalnum, text)) > 2 else _CUT_OFF_SHORT)
        ]
        return tuple(_in_reading_order(lines))

    @cached_property
    def _engine(self) -> Any:
        try:
            rapidocr: Any = import_module("rapidocr")
        except ModuleNotFoundError as error:
            raise MissingExtraError(EXTRA, needed_for="Reading text in pictures") from error
        models = Path(rapidocr.__file__).parent / "models"
        # With paths given it neither looks for a download nor writes beside itself.
        return rapidocr.RapidOCR(
            params={
                "Global.log_level": "critical",
                "Global.max_side_len": _LONGEST_SIDE,
                "Global.text_score": _CUT_OFF,
                "Det.model_path": str(models / "PP-OCRv6_det_small.onnx"),
                "Det.limit_type": "max",
                "Det.limit_side_len": _DETECTOR_SIDE,
                "Rec.model_path": str(models / "PP-OCRv6_rec_small.onnx"),
                "Cls.model_path": str(models / "ch_ppocr_mobile_v2.0_cls_mobile.onnx"),
                "EngineConfig.onnxruntime.intra_op_num_threads": self._threads,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            }
        )


def _on_white(image: Image) -> Image:
    from PIL import Image as PilImage

    if image.mode != "RGBA":
        return image
    white = PilImage.new("RGBA", image.size, "white")
    white.alpha_composite(image)
    return white.convert("RGB")


def _box(corners: NDArray[np.float64], size: tuple[int, int]) -> Box:
    """Corners of a line, (4, 2) in pixels → the box around them in shares."""
    (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
    width, height = size
    return (
        max(0.0, float(left) / width),
        max(0.0, float(top) / height),
        min(1.0, float(right) / width),
        min(1.0, float(bottom) / height),
    )


def _in_reading_order(lines: list[TextLine]) -> list[TextLine]:
    """Rows from the top, each from the left. Columns of a page are not told apart."""
    rows: list[list[TextLine]] = []
    for line in sorted(lines, key=lambda each: each.box[1] + each.box[3]):
        middle = (line.box[1] + line.box[3]) / 2
        row = rows[-1] if rows else []
        if row and row[-1].box[1] < middle < row[-1].box[3]:
            row.append(line)
        else:
            rows.append([line])
    return [line for row in rows for line in sorted(row, key=lambda each: each.box[0])]
