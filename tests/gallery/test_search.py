"""Search by words and meaning, with the real embedder, on the labelled set."""

import numpy as np
import pytest

from studiolo.embedding import TextEmbedder
from studiolo.gallery import Gallery, PictureFilter
from studiolo.gallery.search import MEANING_CUT_OFF, content_words
from studiolo.gallery.vectors import prompt_vector, query_vector
from tests.gallery.painting import WordEmbedder, painting, row
from tests.gallery.search_set import PROMPTS, QUERIES, SUBJECTS, UNRELATED

SUBJECT_OF = {prompt: subject for subject, prompt in PROMPTS}


class _Remembering:
    """The real embedder, asked only once for each text."""

    def __init__(self):
        self._embedder = TextEmbedder(threads=1)
        self._vectors = {}

    def embed(self, texts):
        new = [text for text in dict.fromkeys(texts) if text not in self._vectors]
        self._vectors.update(zip(new, self._embedder.embed(new), strict=True))
        return np.stack([self._vectors[text] for text in texts])


@pytest.fixture(scope="module")
def embedder():
    return _Remembering()


@pytest.fixture(scope="module")
def full(tmp_path_factory, embedder):
    """A gallery with a row for every prompt of the set."""
    with Gallery.open(tmp_path_factory.mktemp("full"), embedder=embedder) as gallery:
        for number, (_, prompt) in enumerate(PROMPTS):
            gallery._keeper.insert(row(prompt, number), source_keys=[])
        yield gallery


def subjects(hits):
    return {SUBJECT_OF[hit.picture.prompt] for hit in hits}


def test_the_set_is_large_enough():
    assert len(QUERIES) >= 40
    assert len(PROMPTS) >= 400
    assert set().union(*QUERIES.values()) <= set(SUBJECTS)


def test_what_nothing_answers_finds_nothing(full):
    found = {query: full.search(query, limit=3) for query in UNRELATED}
    wrong = {query: hits[0].reason for query, hits in found.items() if hits}
    assert len(wrong) <= 2, wrong
    for query in ("xqzv blorf", "asdfghjkl", "", "   ", "???", "quarterly tax report"):
        assert full.search(query) == []


def test_other_words_for_it_find_it(full):
    answered = [query for query, wanted in QUERIES.items() if subjects(full.search(query)) & wanted]
    first = [query for query, wanted in QUERIES.items() if subjects(full.search(query, limit=1)) & wanted]
    assert len(answered) >= 0.85 * len(QUERIES), set(QUERIES) - set(answered)
    assert len(first) >= 0.75 * len(QUERIES), set(QUERIES) - set(first)


def test_every_subject_is_found_by_its_name(full):
    missed = [subject for subject in SUBJECTS if subject not in subjects(full.search(subject, limit=10))]
    assert missed == []


def test_every_hit_says_why(full):
    hits = full.search("red apples", limit=20)
    best = hits[0]
    assert SUBJECT_OF[best.picture.prompt] == "apple"
    assert best.words == ("red", "apples")
    assert best.reason == f"words: red, apples; meaning {best.meaning:.2f}"
    assert all(hit.reason for hit in hits)
    assert all(hit.meaning is None or hit.meaning >= MEANING_CUT_OFF for hit in hits)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    by_meaning = full.search("feline napping")[0]
    assert by_meaning.words == ()
    assert by_meaning.reason == f"meaning {by_meaning.meaning:.2f}"


def test_approximation_finds_what_an_exact_search_finds(full, embedder):
    kept = np.stack([prompt_vector(embedder, prompt) for _, prompt in PROMPTS])
    wanted = found = 0
    for query in QUERIES:
        vector = query_vector(embedder, query)
        exact = {PROMPTS[n][1] for n in np.flatnonzero(kept @ vector >= MEANING_CUT_OFF + 0.01)}
        hits = {hit.picture.prompt for hit in full.search(query, limit=500) if hit.meaning}
        wanted += len(exact)
        found += len(exact & hits)
    assert found == wanted


def test_words_only_without_embedder(tmp_path):
    with Gallery.open(tmp_path) as gallery:
        apple = gallery.add(painting("Two Red Apples, café style", seed=1), tags=["breakfast"])
        gallery.add(painting("a blue car", seed=2, minutes=1))
        for query in ("apple", "red apple", "apple:", "CAFE", "breakfast", "appl", "red appl"):
            hits = gallery.search(query)
            assert [hit.picture.id for hit in hits] == [apple.id], query
            assert hits[0].meaning is None
        assert gallery.search("red apple")[0].reason == "words: red, apple"
        for query in ("green apple", "xqzv", "ap", '"', "AND", "apple OR car", "NEAR(", "*"):
            assert gallery.search(query) == [], query


def test_later_tags_and_prompts_are_found(gallery):
    picture = gallery.add(painting())
    gallery.tag([picture.id], add=["holiday"])
    assert gallery.search("holiday")[0].picture.id == picture.id
    gallery.tag([picture.id], remove=["holiday"])
    assert gallery.search("holiday") == []


def test_pictures_added_without_embedder_become_findable(tmp_path):
    with Gallery.open(tmp_path) as plain:
        plain.add(painting("green lemon"))
    with Gallery.open(tmp_path, embedder=WordEmbedder()) as gallery:
        assert gallery.search("lemon")[0].meaning is None
        assert gallery.check().unindexed == 1
        assert gallery.search("green lemon")[0].meaning > 0.5


def test_filters_and_limits_with_many_matches(gallery):
    for number in range(30):
        gallery.add(
            painting("same apple", seed=number, minutes=number, engine="fake" if number == 3 else "pocket")
        )
    assert len(gallery.search("apple", limit=7)) == 7
    only = gallery.search("same apple", PictureFilter(engine="fake"))
    assert [hit.picture.seed for hit in only] == [3]
    gallery.delete([hit.picture.id for hit in gallery.search("apple", limit=29)])
    assert len(gallery.search("apple")) == 1
    assert len(gallery.search("apple", PictureFilter(trash=True))) == 29


def test_content_words():
    assert content_words("Two red apples, on the TABLE!") == ["two", "red", "apples", "table"]
    assert content_words("the a of") == ["the", "a", "of"]
    assert content_words("日本 red_car") == ["日本", "red", "car"]
    assert content_words("!?") == []
