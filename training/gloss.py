"""The glossaries: words and phrases of other languages with their English, out of CLDR and our own lexicon.

CLDR's annotations name every emoji in many languages (npm, licence Unicode-3.0). Two names of one emoji are
a pair of phrases; two keywords are a pair if they stand at the same emoji (Dice's coefficient) and no other
English keyword comes near. `lexicon/*.txt` is ours and wins over both. Written are one word list for each
language for the glossary, and one for all of them that tells languages apart.
"""

# ruff: noqa: RUF001 - letters of many scripts are meant as they stand

from __future__ import annotations

import json
import re
import shutil
import sys
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from studiolo.assistant.pocket.gloss.lexicon import ARCHIVE, LANGUAGES, STEMS
from studiolo.assistant.pocket.gloss.morphology import Stemmer
from studiolo.assistant.pocket.gloss.spelling import fold, is_spaced
from studiolo.languages.votes import PERHAPS_ENGLISH, WORDS, words_of
from training.sources import _npm_unpack

CLDR = "cldr-annotations-full@48.2.0"
LEXICON = Path(__file__).parent / "lexicon"
CLDR_CODES = {"nb": ("no",), "zh": ("zh", "zh-Hant"), "pt": ("pt", "pt-PT")}  # where CLDR's differ from ours
SURE = 0.75  # Dice's coefficient of a keyword and its English, to be a pair
CLEAR = 0.1  # and by how much it must lead
AT_LEAST = 2  # emoji that both stand at
SIGNS = re.compile(
    r"[\U0001F1E6-\U0001F1FF\U0001F3FB-\U0001F3FF\u20e3\u200d]"
)  # flags, skins, keys, joined ones
PICTURES = re.compile(r"[\u2600-\u27bf\u2b50\u231a\u231b\U0001F000-\U0001FAFF]")
DATE = (1980, 1, 1, 0, 0, 0)  # in every archive, so that the same input makes the same file

Annotations = Mapping[str, tuple[str, frozenset[str]]]


def build(work: Path) -> str:
    """Fetch what is missing, write both assets; says what they hold."""
    _npm_unpack(CLDR, work / "cldr")
    english = annotations(work, ("en",))
    glossaries = {code: glossary(work, code, english) for code in LANGUAGES}
    _write(ARCHIVE, {f"{code}.txt": table(code, entries) for code, entries in glossaries.items()})
    _write(WORDS, {"words.txt": word_list(glossaries, english)})
    shutil.copyfile(work / "cldr/package/LICENSE", ARCHIVE.parent / "LICENSE-UNICODE.txt")
    lines = [f"{code}  {len(entries):5} entries" for code, entries in glossaries.items()]
    return "\n".join([*lines, f"{ARCHIVE.stat().st_size + WORDS.stat().st_size:,} bytes"])


def annotations(work: Path, codes: tuple[str, ...]) -> Annotations:
    """Emoji → its short name and its keywords, of pictures only."""
    found: dict[str, tuple[str, frozenset[str]]] = {}
    for code in codes:
        file = work / f"cldr/package/annotations/{code}/annotations.json"
        data = json.loads(file.read_text("utf-8"))["annotations"]["annotations"]
        for emoji, words in data.items():
            if PICTURES.match(emoji) and not SIGNS.search(emoji):
                name = words.get("tts", [""])[0].lower()
                found.setdefault(emoji, (name, frozenset(w.lower() for w in words.get("default", []))))
    return found


def lexicon(code: str) -> dict[str, str]:
    """Our own words of a language, folded → English; "" for those a picture has no use for."""
    entries: dict[str, str] = {}
    for line in (LEXICON / f"{code}.txt").read_text("utf-8").splitlines():
        english, found, forms = line.partition(": ")
        if not found or line.startswith("#"):
            sys.exit(f"{code}.txt: not an entry: {line!r}")
        for form in forms.split(", "):
            entries.setdefault(fold(form, code), "" if english == "-" else english)
    return entries


def glossary(work: Path, code: str, english: Annotations) -> dict[str, str]:
    """All that is known of a language: keywords' pairs, over them names, over them our own."""
    entries: dict[str, str] = {}
    for cldr in CLDR_CODES.get(code, (code,)):
        theirs = annotations(work, (cldr,))
        for pairs in (
            keyword_pairs(theirs, english),
            face_pairs(theirs, english),
            name_pairs(theirs, english),
        ):
            entries |= {
                fold(word, code): said for word, said in pairs if worth_keeping(fold(word, code), code)
            }
    entries |= lexicon(code)
    return dict(sorted(entries.items()))


def worth_keeping(word: str, code: str) -> bool:
    """No single letters, and no descriptions nobody would type."""
    least = 3 if is_spaced(code) and code != "ko" else 2
    return least <= len(word) <= 40 and word.count(" ") <= 3 and not re.search(r"[\d:!?…“”«»()/]", word)


def name_pairs(theirs: Annotations, english: Annotations) -> Iterator[tuple[str, str]]:
    """Short names that stand for one English name alone."""
    said: dict[str, set[str]] = defaultdict(set)
    for emoji, (name, _) in theirs.items():
        if emoji in english and name:
            said[name].add(english[emoji][0])
    for name, names in said.items():
        if len(names) == 1:
            yield name, re.sub(r"[’“”!:,]", "", names.pop())


def face_pairs(theirs: Annotations, english: Annotations) -> Iterator[tuple[str, str]]:
    """ "fox" of "fox face": the one keyword that is part of the name, and not the word for a face."""
    faces: Counter[str] = Counter()
    found: list[tuple[str, str]] = []
    for emoji, (name, words) in theirs.items():
        said = english.get(emoji, ("", frozenset()))[0]
        parts = {word for word in words if word in name and word != name}
        if said.endswith(" face"):
            faces.update(parts)
            found += [
                (part, said.removesuffix(" face"))
                for part in parts
                if said.removesuffix(" face") in english[emoji][1]
            ]
    said_once = Counter(said for part, said in found if faces[part] == 1)
    for part, said in found:
        if faces[part] == 1 and said_once[said] == 1:
            yield part, said


def keyword_pairs(theirs: Annotations, english: Annotations) -> Iterator[tuple[str, str]]:
    """Keywords that stand at the emoji where one English keyword stands, and at few others."""
    ours: Counter[str] = Counter(word for _, words in english.values() for word in words)
    count: Counter[str] = Counter()
    both: dict[str, Counter[str]] = defaultdict(Counter)
    for emoji, (_, words) in theirs.items():
        if emoji not in english:
            continue
        for word in words:
            count[word] += 1
            both[word].update(english[emoji][1])
    for word, together in both.items():
        ranked = sorted(
            ((2 * n / (count[word] + ours[said]), said) for said, n in together.items()), reverse=True
        )
        (dice, best), rest = ranked[0], ranked[1:]
        if dice >= SURE and together[best] >= AT_LEAST and (not rest or rest[0][0] <= dice - CLEAR):
            yield word, best


def table(code: str, entries: Mapping[str, str]) -> str:
    """The file of one language: words by their English, then stems that lead to one English only."""
    stems: dict[str, set[str]] = defaultdict(set)
    stemmer = Stemmer(code)
    for word, english in entries.items():
        if english and is_spaced(code):
            stem = " ".join(map(stemmer.stem, word.split(" ")))
            if stem not in entries:
                stems[stem].add(english)
    # Our own words come first where several share a stem: they are the commoner ones.
    own = {
        " ".join(map(stemmer.stem, word.split(" "))): english
        for word, english in reversed(lexicon(code).items())
        if english
    }
    chosen = {stem: own.get(stem) or min(said, key=lambda s: (len(s), s)) for stem, said in stems.items()}
    return f"{_grouped(entries)}\n{STEMS}\n{_grouped(chosen)}".rstrip("\n") + "\n"


def _grouped(entries: Mapping[str, str]) -> str:
    by_english: dict[str, list[str]] = defaultdict(list)
    for word, english in entries.items():
        by_english[english].append(word)
    return "\n".join(f"{english}\t{'|'.join(sorted(words))}" for english, words in sorted(by_english.items()))


def word_list(glossaries: Mapping[str, Mapping[str, str]], english: Annotations) -> str:
    """Which languages know a word: codes, tab, words."""
    codes: dict[str, set[str]] = defaultdict(set)
    for code, entries in glossaries.items():
        own = lexicon(code)
        for entry in entries:
            if code in {"zh", "ja"} and re.fullmatch(r"[\u3005\u3400-\u9fff]+", entry):
                codes[entry].add(code)
            for word in words_of(entry) if is_spaced(code) else ():
                if len(word) > 1 or entry in own:
                    codes[word].add(code)
    for word in english_words(glossaries, english):
        codes[word].add("en")
    for word in tokenizer_words():
        if "en" not in codes.get(word, ()):
            codes[word].add(PERHAPS_ENGLISH)
    by_codes: dict[str, list[str]] = defaultdict(list)
    for word, known in codes.items():
        by_codes[",".join(sorted(known))].append(word)
    return "\n".join(f"{key}\t{' '.join(sorted(words))}" for key, words in sorted(by_codes.items()))


def english_words(glossaries: Mapping[str, Mapping[str, str]], english: Annotations) -> set[str]:
    """Words of CLDR, of the glosses, of the planner and its drawings, of WordNet's kinds, and of en.txt."""
    from studiolo.engines.pocket import drawings, vocabulary

    index = json.loads(zipfile.ZipFile(drawings.ARCHIVE).read("index.json"))
    texts = [text for name, words in english.values() for text in (name, *words)]
    texts += [said for entries in glossaries.values() for said in entries.values()]
    texts += [*index["kinds"], *(concept["name"] for concept in index["concepts"])]
    texts += [alias for concept in index["concepts"] for alias in concept["aliases"]]
    texts += [*vocabulary.COLOURS, *vocabulary.NUMBERS, *vocabulary.FILLERS, *vocabulary.ADJECTIVES]
    texts += [*vocabulary.RELATIONS, *vocabulary.STYLES, *vocabulary.INTRANSITIVE, *vocabulary.TRANSITIVE]
    texts.append((LEXICON / "en.txt").read_text("utf-8"))
    return {word for text in texts for word in words_of(text)}


def tokenizer_words() -> set[str]:
    """Whole words of the embedder's tokenizer: mostly English, with names of the world among them."""
    from studiolo import embedding

    file = Path(embedding.__file__).parent / "assets" / "tokenizer.json"
    vocabulary = json.loads(file.read_text("utf-8"))["model"]["vocab"]
    return {word for word in vocabulary if len(word) > 2 and re.fullmatch(r"[a-z]+", word)}


def _write(path: Path, files: Mapping[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name, DATE), text, zipfile.ZIP_DEFLATED, 9)
