"""Language codes (BCP-47, the primary subtag) and their English names."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from typing import Final

from studiolo.errors import InvalidRequestError, require_text

NAMES: Final[Mapping[str, str]] = {
    "af": "Afrikaans", "am": "Amharic", "ar": "Arabic", "as": "Assamese", "az": "Azerbaijani",
    "be": "Belarusian", "bg": "Bulgarian", "bn": "Bengali", "br": "Breton", "bs": "Bosnian", "ca": "Catalan",
    "cs": "Czech", "cy": "Welsh", "da": "Danish", "de": "German", "dz": "Dzongkha", "el": "Greek",
    "en": "English", "eo": "Esperanto", "es": "Spanish", "et": "Estonian", "eu": "Basque", "fa": "Persian",
    "fi": "Finnish", "fo": "Faroese", "fr": "French", "ga": "Irish", "gl": "Galician", "gu": "Gujarati",
    "he": "Hebrew", "hi": "Hindi", "hr": "Croatian", "ht": "Haitian Creole", "hu": "Hungarian",
    "hy": "Armenian", "id": "Indonesian", "is": "Icelandic", "it": "Italian", "ja": "Japanese",
    "jv": "Javanese", "ka": "Georgian", "kk": "Kazakh", "km": "Khmer", "kn": "Kannada", "ko": "Korean",
    "ku": "Kurdish", "ky": "Kyrgyz", "la": "Latin", "lb": "Luxembourgish", "lo": "Lao", "lt": "Lithuanian",
    "lv": "Latvian", "mg": "Malagasy", "mk": "Macedonian", "ml": "Malayalam", "mn": "Mongolian",
    "mr": "Marathi", "ms": "Malay", "mt": "Maltese", "my": "Burmese", "nb": "Norwegian", "ne": "Nepali",
    "nl": "Dutch", "nn": "Norwegian Nynorsk", "oc": "Occitan", "or": "Odia", "pa": "Punjabi", "pl": "Polish",
    "ps": "Pashto", "pt": "Portuguese", "qu": "Quechua", "ro": "Romanian", "ru": "Russian",
    "rw": "Kinyarwanda", "se": "Northern Sami", "si": "Sinhala", "sk": "Slovak", "sl": "Slovenian",
    "sq": "Albanian", "sr": "Serbian", "sv": "Swedish", "sw": "Swahili", "ta": "Tamil", "te": "Telugu",
    "th": "Thai", "tl": "Tagalog", "tr": "Turkish", "ug": "Uyghur", "uk": "Ukrainian", "ur": "Urdu",
    "uz": "Uzbek", "vi": "Vietnamese", "vo": "Volapük", "wa": "Walloon", "xh": "Xhosa", "zh": "Chinese",
    "zu": "Zulu",
}  # fmt: skip
# Codes that were withdrawn or are wider or narrower than ours, and what people call their own language.
_ALIASES: Final[Mapping[str, str]] = {
    "no": "nb", "iw": "he", "in": "id", "cmn": "zh", "fil": "tl", "farsi": "fa", "mandarin": "zh",
    "norwegian bokmål": "nb", "bokmål": "nb", "norsk": "nb", "filipino": "tl", "flemish": "nl",
    "simplified chinese": "zh", "traditional chinese": "zh", "brazilian portuguese": "pt",
    "castilian": "es", "한국어": "ko", "日本語": "ja", "中文": "zh", "français": "fr", "deutsch": "de",
    "español": "es", "português": "pt", "italiano": "it", "nederlands": "nl", "svenska": "sv",
    "dansk": "da", "polski": "pl", "čeština": "cs", "українська": "uk", "русский": "ru", "türkçe": "tr",
    "ελληνικά": "el", "العربية": "ar", "עברית": "he", "हिन्दी": "hi", "bahasa indonesia": "id",
    "tiếng việt": "vi", "ไทย": "th", "suomi": "fi", "magyar": "hu", "română": "ro",
}  # fmt: skip
_TAG = re.compile(r"([a-z]{2,3})(?:[-_][a-z0-9]{2,8})+")


def name_of(code_or_name: str) -> str:
    """The English name of a language: ``Korean`` for ``ko``.

    Raises:
        InvalidRequestError: no language of that code or name is known.
    """
    return NAMES[normalise(code_or_name)]


def normalise(code_or_name: str) -> str:
    """Our code of a language: ``ko`` for ``Korean``, ``ko-KR``, ``KO`` and ``한국어``.

    Raises:
        InvalidRequestError: no language of that code or name is known.
    """
    asked = " ".join(require_text(code_or_name, "language").lower().split())
    tag = _TAG.fullmatch(asked)
    for candidate in (asked, tag.group(1) if tag else asked):
        code = _ALIASES.get(candidate, candidate)
        if code in NAMES:
            return code
    by_name = {name.lower(): code for code, name in NAMES.items()}
    if asked in by_name:
        return by_name[asked]
    raise InvalidRequestError(
        f"There is no language called {code_or_name[:40]!r} here.", hint=_hint(asked, by_name)
    )


def _hint(asked: str, by_name: Mapping[str, str]) -> str:
    near = difflib.get_close_matches(asked[:40], [*by_name, *_ALIASES], n=1)
    if not near:
        return "Give its English name or its code, for example: Korean, ko"
    code = by_name.get(near[0]) or _ALIASES[near[0]]
    return f"Did you mean {NAMES[code]} ({code})?"
