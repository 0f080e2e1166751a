"""PNG, JPEG and WebP files taken apart and put together again without touching a pixel."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Final

from studiolo.errors import InvalidImageError

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_XMP_KEYWORD: Final = b"XML:com.adobe.xmp"
_XMP_JPEG: Final = b"http://ns.adobe.com/xap/1.0/\0"
# EXIF, XMP (APP1), IPTC and Photoshop (APP13), comments: all that can hold words.
_JPEG_WORDS: Final = {0xE1, 0xED, 0xFE}
_VP8X_WORDS: Final = 0x08 | 0x04  # the header's EXIF and XMP flags


def replace_metadata(content: bytes, xmp: bytes) -> bytes:
    """A copy of the file whose only metadata is ``xmp``; the colour profile stays.

    Raises:
        InvalidImageError: not a PNG, JPEG or WebP, or a damaged one.
    """
    try:
        if content.startswith(_PNG):
            return _png(content, xmp)
        if content.startswith(b"\xff\xd8"):
            return _jpeg(content, xmp)
        if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
            return _webp(content, xmp)
    except (struct.error, IndexError) as error:
        raise InvalidImageError("The picture is damaged.", hint="Get the file again.") from error
    raise InvalidImageError(
        "Only PNG, JPEG and WebP can be copied without their metadata.", hint="Save it as PNG first."
    )


def _png(content: bytes, xmp: bytes) -> bytes:
    out = [_PNG]
    position = len(_PNG)
    while position < len(content):
        length, kind = struct.unpack_from(">I4s", content, position)
        end = position + 12 + length
        if kind not in {b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME"}:
            out.append(content[position:end])
        if kind == b"IHDR":
            body = b"iTXt" + _XMP_KEYWORD + b"\0\0\0\0\0" + xmp
            out.append(struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body)))
        if kind == b"IEND":
            break
        position = end
    return b"".join(out)


def _jpeg(content: bytes, xmp: bytes) -> bytes:
    body = _XMP_JPEG + xmp
    out = [content[:2]]
    mark = b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body
    position = 2
    while True:
        while content[position + 1] == 0xFF:  # fill bytes
            position += 1
        marker = content[position + 1]
        (length,) = struct.unpack_from(">H", content, position + 2)
        if marker != 0xE0 and mark:  # JFIF stays first, as readers expect
            out.append(mark)
            mark = b""
        if marker == 0xDA:  # the pixels, to the end of the file
            return b"".join([*out, content[position:]])
        if marker not in _JPEG_WORDS:
            out.append(content[position : position + 2 + length])
        position += 2 + length


def _riff_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    position = 12
    while position + 8 <= len(content):
        kind, length = struct.unpack_from("<4sI", content, position)
        yield kind, content[position + 8 : position + 8 + length]
        position += 8 + length + length % 2


def _webp(content: bytes, xmp: bytes) -> bytes:
    chunks = [(kind, body) for kind, body in _riff_chunks(content) if kind not in {b"EXIF", b"XMP ", b"VP8X"}]
    header = next((body for kind, body in _riff_chunks(content) if kind == b"VP8X"), None)
    if header is None:
        header = _vp8x(*chunks[0])
    flags = header[0] & ~_VP8X_WORDS | 0x04
    chunks = [(b"VP8X", bytes([flags]) + header[1:]), *chunks, (b"XMP ", xmp)]
    body = b"".join(
        kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2) for kind, data in chunks
    )
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def _vp8x(kind: bytes, body: bytes) -> bytes:
    """The extended header (RFC 9649) of a file that had none: the size, and whether it has alpha."""
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", body, 1)
        width, height, alpha = bits & 0x3FFF, bits >> 14 & 0x3FFF, bits >> 28 & 1
    else:
        width, height = (side & 0x3FFF for side in struct.unpack_from("<HH", body, 6))
        width, height, alpha = width - 1, height - 1, 0
    return bytes([0x10 * alpha, 0, 0, 0]) + struct.pack("<I", width)[:3] + struct.pack("<I", height)[:3]
