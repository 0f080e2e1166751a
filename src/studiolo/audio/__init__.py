"""Speech as data: text made ready to be said, clips joined into files, files read back into clips."""

from studiolo.audio.decoding import decode, from_pcm
from studiolo.audio.encoding import FORMATS, Format, check_format, encode, stream
from studiolo.audio.sentences import split
from studiolo.audio.speakable import speakable

__all__ = [
    "FORMATS",
    "Format",
    "check_format",
    "decode",
    "encode",
    "from_pcm",
    "speakable",
    "split",
    "stream",
]
