"""What is asked of an image engine and what it gives back: frozen, validated once."""

from studiolo.requests.frozen import MAX_PROMPT_CHARACTERS, Frozen, check_words, explain
from studiolo.requests.image import (
    MAX_COUNT,
    MAX_LORAS,
    MAX_REFERENCES,
    MAX_SEED,
    MAX_SIDE_PX,
    Control,
    ImageRequest,
    Lora,
    Refiner,
    Seam,
)
from studiolo.requests.progress import GeneratedImage, Progress, ProgressCallback, ignore_progress
from studiolo.requests.source import SourceImage

__all__ = [
    "MAX_COUNT",
    "MAX_LORAS",
    "MAX_PROMPT_CHARACTERS",
    "MAX_REFERENCES",
    "MAX_SEED",
    "MAX_SIDE_PX",
    "Control",
    "Frozen",
    "GeneratedImage",
    "ImageRequest",
    "Lora",
    "Progress",
    "ProgressCallback",
    "Refiner",
    "Seam",
    "SourceImage",
    "check_words",
    "explain",
    "ignore_progress",
]
