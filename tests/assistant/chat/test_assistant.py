"""The assistant with a language model: what it asks, how strictly it reads, what it does with bad answers."""

import json

import pytest
from PIL import Image

from studiolo.assistant.base import Answer, Sampling, SuggestionRequest
from studiolo.assistant.chat import ChatAssistant
from studiolo.chat import ChatCapabilities, Completion, Usage
from studiolo.engines.base import ChatEngine
from studiolo.errors import BadAnswerError, InvalidRequestError, UnsupportedRequestError
from studiolo.requests import SourceImage, ignore_progress

PICTURE = SourceImage(Image.new("RGB", (32, 24), "teal"))


class Scripted(ChatEngine):
    """A model that says the next line of its script, a few letters at a time."""

    def __init__(self, *script, vision=True, structured=False, finish="complete"):
        super().__init__()
        self.script = list(script)
        self.asked = []
        self.finish = finish
        self.able = ChatCapabilities(description="Scripted.", vision=vision, structured=structured)

    @property
    def capabilities(self):
        return self.able

    def chat(self, request, progress=ignore_progress):
        self.asked.append(request)
        said = self.script.pop(0)
        for start in range(0, len(said), 5):
            yield said[start : start + 5]
        return Completion(
            engine="scripted",
            model="m1",
            finish=self.finish,
            usage=Usage(input_tokens=10, output_tokens=5),
            cost=0.5,
        )


def assistant(*script, **more):
    engine = Scripted(*script, **more)
    return ChatAssistant(engine, name="scripted:m1"), engine


def heard(stream):
    pieces = []
    while True:
        try:
            pieces.append(next(stream))
        except StopIteration as end:
            return pieces, end.value


PROMPTS = ["a red fox in snow", "a red fox at dusk", "a red fox, ink on paper"]


@pytest.mark.parametrize(
    "said",
    [
        json.dumps({"prompts": PROMPTS}),
        "```json\n" + json.dumps({"prompts": PROMPTS}, indent=2) + "\n```",
        "Sure! Here you are:\n" + json.dumps({"prompts": PROMPTS}) + "\nEnjoy {them}.",
        json.dumps(PROMPTS),
        "\n".join(f"{n}. {prompt}" for n, prompt in enumerate(PROMPTS, 1)),
        "\n".join(f'- **"{prompt}"**' for prompt in PROMPTS),
        json.dumps({"prompts": [*PROMPTS, PROMPTS[0].upper(), "one too many"]}),
    ],
)
def test_prompts_are_read_from_every_form_models_use(said):
    able, _ = assistant(said)
    made = able.suggest(SuggestionRequest(style="wintry", keywords=("fox",)))
    assert list(made.prompts) == PROMPTS
    assert (made.engine, made.model, made.cost) == ("scripted:m1", "m1", 0.5)


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ("I would rather not.", "not JSON"),
        (json.dumps({"prompts": PROMPTS[:2]}), "2 different texts instead of 3"),
        (json.dumps({"prompts": ["a", "A ", "a"]}), "1 different texts"),
        (json.dumps({"prompts": [*PROMPTS[:2], "x" * 501]}), "501 characters"),
        (json.dumps({"prompts": [*PROMPTS[:2], {"text": "a"}]}), "must be a text"),
        ('{"prompts": ["a", "b", ', "not JSON"),
        ("", "not JSON"),
        ("[" * 5000, "not JSON"),
    ],
)
def test_a_bad_answer_is_asked_for_once_more_with_the_reason(bad, why):
    able, engine = assistant(bad, json.dumps({"prompts": PROMPTS}))
    made = able.suggest(SuggestionRequest(style="wintry"))
    assert list(made.prompts) == PROMPTS
    assert made.usage == Usage(input_tokens=20, output_tokens=10)
    assert made.cost == 1.0
    again = engine.asked[1].messages
    assert [message.role for message in again] == ["system", "user", "assistant", "user"]
    assert why in again[-1].text


def test_two_bad_answers_are_an_error_that_shows_what_was_said():
    able, engine = assistant("No prompts today.", "Still none. " * 60)
    with pytest.raises(BadAnswerError, match=r"It said: Still none\.") as caught:
        able.suggest(SuggestionRequest(style="wintry"))
    assert len(engine.asked) == 2
    assert caught.value.said.count("Still none.") == 60
    assert len(str(caught.value)) < 600


def test_a_refusal_is_shown_and_not_asked_again():
    able, engine = assistant("I cannot help with that.", finish="refused")
    with pytest.raises(BadAnswerError, match=r"declined: I cannot help"):
        able.suggest(SuggestionRequest(style="wintry"))
    assert len(engine.asked) == 1


def test_knobs_reference_and_language_reach_the_model():
    able, engine = assistant(json.dumps({"prompts": PROMPTS[:2]}), structured=True)
    wish = SuggestionRequest(
        style="ink",
        keywords=("fox", "lantern"),
        reference=PICTURE,
        n=2,
        language="Korean",
        sampling=Sampling(temperature=0.4, top_p=0.8, top_k=40, seed=3),
    )
    able.suggest(wish)
    (request,) = engine.asked
    assert (request.temperature, request.top_p, request.top_k, request.seed) == (0.4, 0.8, 40, 3)
    assert request.images == (PICTURE,)
    assert request.json_schema["required"] == ["prompts"]
    told = request.messages[-1].text
    for part in (
        "ink",
        "fox; lantern",
        "Korean",
        "2 different prompts",
        "500",
        "do not describe its subject",
    ):
        assert part in told


def test_without_structure_the_form_is_asked_for_in_words_alone():
    able, engine = assistant(json.dumps({"prompts": PROMPTS}))
    able.suggest(SuggestionRequest(style="ink"))
    assert engine.asked[0].json_schema is None
    assert '{"prompts"' in engine.asked[0].messages[-1].text


@pytest.mark.parametrize("task", ["suggest", "tag", "ask", "describe"])
def test_a_model_that_does_not_see_is_not_shown_pictures(task):
    able, engine = assistant("{}", vision=False)
    with pytest.raises(UnsupportedRequestError, match="cannot look at pictures"):
        {
            "suggest": lambda: able.suggest(SuggestionRequest(reference=PICTURE)),
            "tag": lambda: able.tag(PICTURE),
            "ask": lambda: able.ask(PICTURE, "What?"),
            "describe": lambda: able.describe(PICTURE),
        }[task]()
    assert engine.asked == []


def test_tags_are_cleaned():
    able, _ = assistant(json.dumps({"tags": ["Red Fox", "#snow", " snow. ", "WINTER", ""]}))
    assert able.tag(PICTURE).tags == ("red fox", "snow", "winter")


def test_at_most_twelve_tags_and_at_least_three():
    able, _ = assistant(json.dumps({"tags": [f"tag {n}" for n in range(20)]}))
    assert len(able.tag(PICTURE).tags) == 12
    able, engine = assistant(json.dumps({"tags": ["a", "A", "a."]}), json.dumps({"tags": ["x", "y"]}))
    with pytest.raises(BadAnswerError, match="at least 3"):
        able.tag(PICTURE)
    assert "at least 3 different tags" in engine.asked[1].messages[-1].text


def test_translation_names_the_language_and_english_asks_nobody():
    able, engine = assistant(json.dumps({"language": "Korean", "english": "a red apple"}))
    made = able.translate("빨간 사과")
    assert (made.text, made.original) == ("a red apple", "빨간 사과")
    assert (made.language, made.language_name, made.gloss) == ("ko", "Korean", False)
    assert "빨간 사과" in engine.asked[0].messages[-1].text
    same = able.translate("a red apple on a table")
    assert (same.text, same.language, same.engine) == ("a red apple on a table", "en", "")
    assert able.translate("🍎 42").text == "🍎 42"
    assert len(engine.asked) == 1


def test_the_language_can_be_given():
    able, engine = assistant(json.dumps({"language": "French", "english": "a bread"}))
    assert able.translate("pain", language="French").language == "fr"
    assert len(engine.asked) == 1


def test_an_answer_streams_and_comes_back_whole():
    able, engine = assistant(" It is a teal square. ")
    pieces, answer = heard(able.ask(PICTURE, "  What is it? "))
    assert len(pieces) > 3
    assert "".join(pieces).strip() == answer.text == "It is a teal square."
    assert (answer.question, answer.kind, answer.finish) == ("What is it?", "question", "complete")
    assert engine.asked[0].temperature == 0.2
    assert engine.asked[0].max_tokens == 1024


def test_a_follow_up_carries_the_conversation_and_the_picture_once():
    able, engine = assistant("Teal.")
    before = (
        Answer(question="What is it?", text="A square.", engine="x"),
        Answer(question="Lost?", text="", engine="x", finish="interrupted"),
    )
    heard(able.ask(PICTURE, "And its colour?", before=before))
    turns = engine.asked[0].messages[1:]
    assert [(turn.role, turn.text, len(turn.images)) for turn in turns] == [
        ("user", "What is it?", 1),
        ("assistant", "A square.", 0),
        ("user", "And its colour?", 0),
    ]


def test_a_description_is_of_its_own_kind():
    able, _ = assistant("A teal field.")
    assert heard(able.describe(PICTURE))[1].kind == "description"


def test_a_refusal_to_answer_is_an_answer_that_says_so():
    able, _ = assistant("I cannot say.", finish="refused")
    assert heard(able.ask(PICTURE, "Who?"))[1].finish == "refused"


def test_an_empty_answer_is_an_error():
    able, _ = assistant("")
    with pytest.raises(BadAnswerError, match="answered nothing"):
        heard(able.ask(PICTURE, "What?"))


def test_closing_the_stream_closes_the_engine():
    closed = []

    class Watched(Scripted):
        def chat(self, request, progress=ignore_progress):
            try:
                yield from super().chat(request, progress)
            finally:
                closed.append(True)

    able = ChatAssistant(Watched("a long answer, in pieces"), name="w")
    stream = able.ask(PICTURE, "What?")
    next(stream)
    stream.close()
    assert closed == [True]


@pytest.mark.parametrize("question", ["", "  ", "?!", "x" * 4001, "a\x00b"])
def test_bad_questions_are_refused(question):
    able, _ = assistant()
    with pytest.raises(InvalidRequestError):
        able.ask(PICTURE, question)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({}, "nothing to go by"),
        ({"style": " ", "keywords": ("", " ")}, "nothing to go by"),
        ({"style": "x" * 201}, "style"),
        ({"style": "ink", "n": 0}, "n is 0"),
        ({"style": "ink", "n": 11}, "n is 11"),
        ({"keywords": ("y" * 101,)}, "101 characters"),
        ({"style": "in\x07k"}, r"U\+0007"),
        ({"style": "ink", "mood": "dark"}, "no setting named 'mood'"),
        ({"style": "ink", "sampling": {"temperature": 3}}, "temperature"),
    ],
)
def test_bad_wishes_are_refused(fields, why):
    with pytest.raises(InvalidRequestError, match=why):
        SuggestionRequest.parse(fields)


def test_keywords_are_tidied():
    assert SuggestionRequest(keywords=(" red  fox", "Red fox", "")).keywords == ("red fox",)
