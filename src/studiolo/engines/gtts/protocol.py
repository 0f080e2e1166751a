"""What Google Translate's page asks of its server to have a text spoken.

No documented interface: the facts are those of gTTS 2.5.4 (MIT, https://github.com/pndurette/gTTS,
``gtts/tts.py`` and ``gtts/langs.py``), and the tests compare byte by byte with what it sends. gTTS itself
is not used because it wants click below 8.2, brings a second HTTP client, and asks without checking the
server's certificate.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import Final
from urllib.parse import quote

PATH: Final = "_/TranslateWebserverUi/data/batchexecute"
MAX_CHARACTERS: Final = 100
HEADERS: Final = {
    "Referer": "http://translate.google.com/",
    "User-Agent": "Mozilla/5.0 (Windows NT 10.0; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/47.0.2526.106 Safari/537.36",
    "Content-Type": "application/x-www-form-urlencoded;charset=utf-8",
    "Accept": "*/*",
}

_CALL: Final = "jQ1olc"
_ANSWER: Final = re.compile(r'"jQ1olc","\[\\"([^"\\]*)\\"')

LANGUAGES: Final = {
    "af": "Afrikaans",
    "am": "Amharic",
    "ar": "Arabic",
    "bg": "Bulgarian",
    "bn": "Bengali",
    "bs": "Bosnian",
    "ca": "Catalan",
    "cs": "Czech",
    "cy": "Welsh",
    "da": "Danish",
    "de": "German",
    "el": "Greek",
    "en": "English",
    "es": "Spanish",
    "et": "Estonian",
    "eu": "Basque",
    "fi": "Finnish",
    "fr": "French",
    "fr-CA": "French (Canada)",
    "gl": "Galician",
    "gu": "Gujarati",
    "ha": "Hausa",
    "hi": "Hindi",
    "hr": "Croatian",
    "hu": "Hungarian",
    "id": "Indonesian",
    "is": "Icelandic",
    "it": "Italian",
    "iw": "Hebrew",
    "ja": "Japanese",
    "jw": "Javanese",
    "km": "Khmer",
    "kn": "Kannada",
    "ko": "Korean",
    "la": "Latin",
    "lt": "Lithuanian",
    "lv": "Latvian",
    "ml": "Malayalam",
    "mr": "Marathi",
    "ms": "Malay",
    "my": "Burmese",
    "ne": "Nepali",
    "nl": "Dutch",
    "no": "Norwegian",
    "pa": "Punjabi",
    "pl": "Polish",
    "pt": "Portuguese (Brazil)",
    "pt-PT": "Portuguese (Portugal)",
    "ro": "Romanian",
    "ru": "Russian",
    "si": "Sinhala",
    "sk": "Slovak",
    "sq": "Albanian",
    "sr": "Serbian",
    "su": "Sundanese",
    "sv": "Swedish",
    "sw": "Swahili",
    "ta": "Tamil",
    "te": "Telugu",
    "th": "Thai",
    "tl": "Filipino",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "ur": "Urdu",
    "vi": "Vietnamese",
    "yue": "Cantonese",
    "zh-CN": "Chinese (Simplified)",
    "zh-TW": "Chinese (Traditional)",
}
"""By the codes the service knows; some of them are older than BCP-47."""

_TODAY: Final = {"iw": "he", "jw": "jv", "tl": "fil", "no": "nb"}


def tag(code: str) -> str:
    """The BCP-47 tag of one of the service's codes."""
    return _TODAY.get(code, code)


def form(text: str, code: str, *, slow: bool) -> bytes:
    """The form to post for at most ``MAX_CHARACTERS`` of text."""
    inner = json.dumps([text, code, True if slow else None, "null"], separators=(",", ":"))
    outer = json.dumps([[[_CALL, inner, None, "generic"]]], separators=(",", ":"))
    return f"f.req={quote(outer)}&".encode()


def read_answer(body: bytes) -> bytes | None:
    """The MP3 in an answer; None if there is none in it."""
    found = _ANSWER.search(body.decode("utf-8", errors="replace"))
    if found is None:
        return None
    try:
        return base64.b64decode(found[1], validate=True) or None
    except binascii.Error:
        return None
