"""How long an MP3 is, by counting its frames (ISO 11172-3, 13818-3): without a tag, libsndfile guesses."""

from __future__ import annotations

from typing import Final

_KBPS_1: Final = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_KBPS_2: Final = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_RATES_HZ: Final = (44_100, 48_000, 32_000)
_SLOWER: Final = {3: 1, 2: 2, 0: 4}
"""By the header's two bits for the version: MPEG 1, 2 and 2.5."""


def has_length(data: bytes) -> bool:
    """Whether a tag in the first frame says how many there are."""
    at = max(data.find(b"Xing", 0, 4096), data.find(b"Info", 0, 4096))
    return at >= 0 and data[at + 7] & 1 == 1 and any(data[at + 8 : at + 12])


def count_samples(data: bytes) -> int:
    """Samples of each channel; what is no frame is passed over."""
    at = samples = 0
    while (at := data.find(b"\xff", at)) >= 0:
        bytes_, count = _frame(data[at : at + 4])
        samples += count
        at += bytes_ or 1
    return samples


def _frame(header: bytes) -> tuple[int, int]:
    """Bytes and samples of the frame that begins so; zeros if none does."""
    if len(header) < 4 or header[1] & 0xE6 != 0xE2:  # eleven bits of sync, layer III
        return 0, 0
    slower = _SLOWER.get(header[1] >> 3 & 3, 0)
    kbps_index, rate_index = header[2] >> 4, header[2] >> 2 & 3
    if not slower or rate_index == 3 or kbps_index in {0, 15}:
        return 0, 0
    samples = 1152 if slower == 1 else 576
    kbps = (_KBPS_1 if slower == 1 else _KBPS_2)[kbps_index]
    rate_hz = _RATES_HZ[rate_index] // slower
    return samples // 8 * kbps * 1000 // rate_hz + (header[2] >> 1 & 1), samples
