"""Questions in other languages → English: the frame of the question from here, its nouns from the glossary.

The glossary knows what pictures show, not how one asks. Frames are few and plain; what fits none stays
unread.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from studiolo.assistant.pocket.gloss import Glossary

# Language: English form: the ways to say it. {a} is a noun phrase. Written as one asks, without punctuation.
_FRAMES: dict[str, dict[str, str]] = {
    "de": {
        "what colour is the {a}": "welche farbe (?:hat|haben) {a}|was für eine farbe (?:hat|haben) {a}",
        "how many {a} are there": "wie viele {a}(?: (?:gibt es|sind (?:da|zu sehen)|siehst du|sieht man))?",
        "where is the {a}": "wo (?:ist|sind) {a}",
        "is there a {a}": (
            "gibt es (?:hier )?{a}|"
            "(?:ist|sind) (?:da |hier )?{a} (?:zu sehen|da|im bild)|siehst du {a}"
        ),
        "what is this": "was ist (?:das|hier|zu sehen)|was siehst du|was (?:sieht man|ist auf dem bild)",
        "what does it say": "was steht (?:da|hier|dort|darauf)(?: geschrieben)?|lies den text",
        "is it day or night": "ist es (?:tag|nacht)(?: oder (?:tag|nacht))?",
        "how bright is it": "wie (?:hell|dunkel) ist (?:es|das bild)",
        "background colour": "welche farbe hat der hintergrund",
        "is it a photo or a drawing": "ist (?:das|es) ein foto(?: oder eine zeichnung)?",
    },
    "nl": {
        "what colour is the {a}": "welke kleur (?:heeft|hebben|is|zijn) {a}",
        "how many {a} are there": "hoeveel {a}(?: zijn er| zie je)?",
        "where is the {a}": "waar (?:is|zijn|staat) {a}",
        "is there a {a}": "is er (?:een )?{a}|zijn er {a}|zie je {a}",
        "what is this": "wat is (?:dit|dat)|wat zie je",
        "what does it say": "wat staat er(?: geschreven)?",
    },
    "fr": {
        "what colour is the {a}": (
            "de quelle couleur (?:est|sont) {a}|"
            "quelle est la couleur (?:de la|de l'|du|des|de) ?{a}"
        ),
        "how many {a} are there": (
            "combien (?:de |d')?{a} (?:y a-t-il|y a t il|vois-tu)|"
            "combien y a-t-il (?:de |d'){a}"
        ),
        "where is the {a}": "où (?:est|sont|se trouve|se trouvent) {a}",
        "is there a {a}": "(?:y a-t-il|est-ce qu'il y a|vois-tu) {a}",
        "what is this": "qu'est-ce que c'est|que vois-tu|c'est quoi|qu'est-ce qu'on voit",
        "what does it say": "qu'est-ce qui est écrit|que dit le texte|quel est le texte",
        "is it day or night": "(?:est-ce|fait-il) (?:le )?(?:jour|nuit)(?: ou (?:la )?(?:jour|nuit))?",
        "background colour": "de quelle couleur est (?:le fond|l'arrière-plan)",
        "is it a photo or a drawing": "est-ce une photo(?: ou un dessin)?",
    },
    "es": {
        "what colour is the {a}": "de qué color (?:es|son) {a}|qué color (?:tiene|tienen) {a}",
        "how many {a} are there": "cu[áa]nt[oa]s {a}(?: hay| ves)?",
        "where is the {a}": "dónde (?:está|están) {a}",
        "is there a {a}": "(?:hay|ves) {a}",
        "what is this": "qué es (?:esto|eso)|qué ves|qué hay|qué se ve",
        "what does it say": "qué (?:dice|pone)|qué está escrito",
        "is it day or night": "es de (?:día|noche)(?: o de (?:día|noche))?",
        "background colour": "de qué color es el fondo",
        "is it a photo or a drawing": "es una foto(?: o un dibujo)?",
    },
    "it": {
        "what colour is the {a}": "di che colore (?:è|sono) {a}",
        "how many {a} are there": "quant[ie] {a}(?: ci sono| vedi)?",
        "where is the {a}": "dov(?:e |')(?:è|sono) {a}",
        "is there a {a}": "(?:c'è|ci sono|vedi) {a}",
        "what is this": "(?:che )?cos'è(?: questo)?|che cosa vedi|cosa vedi",
        "what does it say": "(?:che )?cosa (?:dice|c'è scritto)",
        "background colour": "di che colore è lo sfondo",
    },
    "pt": {
        "what colour is the {a}": "(?:de )?que cor (?:é|são|tem) {a}|qual é a cor d[oa]s? {a}",
        "how many {a} are there": "quant[oa]s {a}(?: há| existem| tem| vês| você vê)?",
        "where is the {a}": "onde (?:está|estão|fica) {a}",
        "is there a {a}": "(?:há|tem|existe) {a}",
        "what is this": "o que é (?:isto|isso)|o que (?:vês|você vê)",
        "what does it say": "o que (?:diz|está escrito)",
        "background colour": "(?:de )?que cor é o fundo",
    },
    "ru": {
        "what colour is the {a}": "какого цвета {a}",
        "how many {a} are there": "сколько {a}",
        "where is the {a}": "где (?:находится |находятся )?{a}",
        "is there a {a}": "есть ли (?:здесь |тут )?{a}|здесь есть {a}",
        "what is this": "что это(?: такое)?|что (?:ты видишь|изображено)",
        "what does it say": "что (?:здесь |тут |там )?написано",
    },
    "ko": {
        "what colour is the {a}": (
            "{a}(?:은|는|이|가)? ?(?:무슨|어떤) ?색.*|"
            "{a}(?:의)? 색(?:깔)?(?:은|이)? ?(?:뭐|무엇|무슨).*"
        ),
        "how many {a} are there": "{a}(?:은|는|이|가)? ?몇 ?(?:개|마리|명|대|송이).*",
        "where is the {a}": "{a}(?:은|는|이|가)? ?어디.*",
        "what is this": (
            "(?:이것은|이게|이건) ?(?:뭐|무엇).*|"
            "(?:(?:이 )?그림(?:에|에는|에서|속에|은)? ?)?"
            "(?:무엇이|뭐가|뭘|무엇을|무엇) ?(?:보|있|그려|그린).*|"
            "(?:이건 |이것은 )?무슨 그림.*"
        ),
        "how many things are there": "(?:(?:모두|전부|물건이|사물이) ?)?몇 ?(?:개|가지).*",
        "what are the main colours": (
            "(?:그림에 )?(?:무슨|어떤) ?색(?:깔)?(?:이|들이)? ?(?:있|두드러|눈에|보|쓰|많|주).*|"
            "주(?:된|요) ?색.*"
        ),
        "background colour": "배경(?:은|이|의)? ?(?:무슨|어떤)? ?색.*",
        "is it day or night": "(?:낮|밤)(?:인가|이에|입니까|이야).*",
        "is it a photo or a drawing": "사진(?:인가|이에|입니까|이야).*",
        "what does it say": "(?:뭐라고|무엇이라고|뭐가|무슨 글이) ?(?:써|쓰여|적혀|적혔).*",
        "is there a {a}": "{a}(?:은|는|이|가) ?(?:있|보이).*",
    },
    "zh": {
        "what colour is the {a}": "{a}(?:是|的)?(?:什么|甚么|哪种)颜色(?:的)?",
        "how many {a} are there": "(?:图中|图里|这里)?有(?:几|多少)(?:个|只|条|辆|朵|棵|艘|架|匹)?{a}",
        "where is the {a}": "{a}在(?:哪里|哪儿|哪)",
        "what is this": "这是什么|你看到(?:了)?什么|图中有什么|图里有什么",
        "what does it say": "(?:上面|图上|这里)?写(?:了|着)(?:什么|甚么)",
        "is there a {a}": "(?:图中|图里|这里)?有(?:一)?(?:个|只|条|辆|朵|棵|艘|架|匹)?{a}吗|有没有{a}",
    },
    "ja": {
        "what colour is the {a}": "{a}(?:は|の色は|が)?(?:何色|なに色|どんな色).*",
        "how many {a} are there": "{a}(?:は|が)?(?:いくつ|何個|何匹|何台|何人|何本).*",
        "where is the {a}": "{a}(?:は|が)?どこ.*|どこに{a}が.*",
        "what is this": "これは何.*|何が(?:見え|写って|描かれて).*",
        "what does it say": "(?:何と|なんと|何が)(?:書|かか).*",
        "is there a {a}": "{a}(?:は|が)(?:い|あり|見え).*",
    },
}  # fmt: skip


# ASCII marks, Spanish ones, quotation marks, and the full-width ones of Chinese and Japanese.
# Words of two things of which a picture more often shows the other one than the glossary's.
_RATHER: dict[str, dict[str, str]] = {"ko": {"차": "car"}}
_MARKS = r"[?!.,;:\"\u00bf\u00a1\uff1f\uff01\u3002\u3001\u201c\u201d\u201e\u00ab\u00bb]+"


def in_english(asked: str, glossary: Glossary) -> str | None:
    """The question in English, or None if it fits no frame or its noun is not in the glossary."""
    said = re.sub(_MARKS, " ", asked.lower().replace("\u2019", "'"))
    said = re.sub(r"\s+", " ", said).strip()
    for code, english, pattern in _patterns():
        match = pattern.fullmatch(said)
        if match is None:
            continue
        noun = next(
            (found for name, found in match.groupdict().items() if name.startswith("a") and found), None
        )
        if noun is None:
            return english
        rather = _RATHER.get(code, {}).get(noun)
        if rather is not None:
            return english.replace("{a}", rather)
        gloss = glossary.gloss(noun, code)
        words = re.sub(r"^(?:the|an?) ", "", gloss.text.strip(" .?"))
        if words and not gloss.untranslated:
            return english.replace("{a}", words)
    return None


@cache
def _patterns() -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    """Frames without a noun first: "was ist das" asks for no thing called "das"."""
    frames = [
        (code, english, form)
        for code, forms in _FRAMES.items()
        for english, ways in forms.items()
        for form in [_numbered(ways)]
    ]
    frames.sort(key=lambda frame: "{a}" in frame[1])
    return tuple((code, english, re.compile(form)) for code, english, form in frames)


def _numbered(ways: str) -> str:
    """Each gap its own name: a pattern may not name two alike."""
    parts = ways.split("{a}")
    return parts[0] + "".join(f"(?P<a{i}>.+?){part}" for i, part in enumerate(parts[1:]))
