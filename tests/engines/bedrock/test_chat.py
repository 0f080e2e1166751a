"""bedrock: against a service on loopback that holds it, and boto3, to botocore's model of Bedrock."""

import base64
import io
import json
import random
import threading

import boto3
import pytest
from PIL import Image

from studiolo.chat import ChatRequest, Completion, Message, Usage
from studiolo.engines.base import EngineConfig
from studiolo.engines.bedrock import BedrockChatEngine
from studiolo.errors import Cancelled
from studiolo.registry import ChatRegistry
from studiolo.requests import SourceImage
from studiolo.testing import ChatEngineContract
from tests.engines.bedrock import service as bedrock
from tests.engines.bedrock.service import KEY_ID, REGION, SECRET, Refusal, answer, serving, whole

NOVA = "us.amazon.nova-lite-v1:0"
CLAUDE = "eu.anthropic.claude-sonnet-4-5-20250929-v1:0"


def engine_at(service, model=NOVA, **options):
    account = {"region": REGION, "access_key_id": KEY_ID, "secret_access_key": SECRET}
    places = {"endpoint_url": service.url, "control_endpoint_url": service.url}
    return BedrockChatEngine(EngineConfig(model=model, options={**account, **places, **options}))


def asking(text="What is this?", *, images=(), **fields):
    return ChatRequest(messages=(Message(text=text, images=images),), **fields)


def run(engine, request, progress=lambda _: None):
    pieces, chat = [], engine.chat(request, progress)
    while True:
        try:
            pieces.append(next(chat))
        except StopIteration as end:
            return pieces, end.value


def ask(reply, request=None, model=NOVA, **options):
    """Pieces, completion, and what the service was asked."""
    with serving(reply) as service, engine_at(service, model, **options) as engine:
        return *run(engine, request or asking()), service


def picture(width=8, height=8, colour="red"):
    return SourceImage(Image.new("RGB", (width, height), colour))


# The service itself


def test_plain_boto3_understands_the_service():
    """Else this suite would prove only that two of our mistakes agree."""

    def reply(asked):
        return whole("Hello") if asked.operation == "Converse" else answer("Hel", "lo")

    with serving(reply) as service:
        client = boto3.client(
            "bedrock-runtime",
            endpoint_url=service.url,
            region_name=REGION,
            aws_access_key_id=KEY_ID,
            aws_secret_access_key=SECRET,
        )
        question = {"modelId": NOVA, "messages": [{"role": "user", "content": [{"text": "Hi"}]}]}
        said = client.converse(**question)
        assert said["output"]["message"]["content"] == [{"text": "Hello"}]
        events = list(client.converse_stream(**question)["stream"])
        client.close()
    assert [next(iter(event)) for event in events] == [
        "messageStart",
        "contentBlockDelta",
        "contentBlockDelta",
        "contentBlockStop",
        "messageStop",
        "metadata",
    ]
    assert events[-1]["metadata"]["usage"] == bedrock.USAGE


# An answer


def test_an_answer_streams():
    pieces, completion, service = ask(lambda _: answer("A", " red", " square."))
    assert pieces == ["A", " red", " square."]
    assert completion.timings.keys() == {"first_token", "total"}
    assert completion == Completion(
        engine="bedrock",
        model=NOVA,
        finish="complete",
        usage=Usage(input_tokens=20, output_tokens=5),
        timings=completion.timings,
    )
    assert service.last.operation == "ConverseStream"
    assert service.last.headers["Authorization"].startswith(f"AWS4-HMAC-SHA256 Credential={KEY_ID}/")


def test_an_answer_in_one_piece():
    pieces, completion, service = ask(lambda _: whole("A square.", stop="max_tokens"), stream=False)
    assert (pieces, completion.finish) == (["A square."], "length")
    assert completion.usage == Usage(input_tokens=20, output_tokens=5)
    assert [asked.operation for asked in service.asked] == ["Converse"]


def test_a_model_that_cannot_stream_answers_in_one_piece():
    def reply(asked):
        if asked.operation == "ConverseStream":
            return Refusal("ValidationException", "The model is unsupported for streaming")
        return whole("A square.")

    pieces, _, service = ask(reply)
    assert pieces == ["A square."]
    assert [asked.operation for asked in service.asked] == ["ConverseStream", "Converse"]


def test_thoughts_are_no_part_of_the_answer():
    thought = bedrock.event(
        "contentBlockDelta", delta={"reasoningContent": {"text": "hm"}}, contentBlockIndex=0
    )
    pieces, _, _ = ask(lambda _: [thought, *answer("Yes.")])
    assert pieces == ["Yes."]


@pytest.mark.parametrize(
    ("stop", "finish"),
    [
        ("end_turn", "complete"),
        ("stop_sequence", "complete"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("guardrail_intervened", "refused"),
        ("content_filtered", "refused"),
    ],
)
def test_how_an_answer_ended(stop, finish):
    _, completion, _ = ask(lambda _: answer("x", stop=stop))
    assert (completion.finish, completion.notes) == (finish, ())


def test_an_end_that_is_none_of_these_is_told():
    _, completion, _ = ask(lambda _: answer("x", stop="malformed_model_output"))
    assert completion.notes == ("The model ended with 'malformed_model_output'.",)


def test_the_model_that_a_router_chose():
    chosen = "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-pro-v1:0"
    _, completion, _ = ask(lambda _: answer("x", trace={"promptRouter": {"invokedModelId": chosen}}))
    assert completion.model == chosen


def test_cost_is_known_where_both_prices_are():
    _, completion, _ = ask(lambda _: answer("x"), price_input_per_million=3.0, price_output_per_million=15.0)
    assert completion.cost == pytest.approx((20 * 3 + 5 * 15) / 1e6)
    assert ask(lambda _: answer("x"), price_input_per_million=3.0)[1].cost is None


# A request


def test_everything_asked_for_is_said_to_bedrock():
    request = ChatRequest(
        messages=(
            Message(role="system", text="Be brief."),
            Message(text="First.", images=(picture(),)),
            Message(role="assistant", text="Yes."),
            Message(text="And?"),
        ),
        temperature=0.5,
        top_p=0.9,
        top_k=40,
        max_tokens=77,
        stop=("END",),
    )
    params = ask(lambda _: answer("x"), request)[2].last.params
    image = params["messages"][0]["content"].pop(0)["image"]
    assert params == {
        "modelId": NOVA,
        "system": [{"text": "Be brief."}],
        "messages": [
            {"role": "user", "content": [{"text": "First."}]},
            {"role": "assistant", "content": [{"text": "Yes."}]},
            {"role": "user", "content": [{"text": "And?"}]},
        ],
        "inferenceConfig": {"maxTokens": 77, "temperature": 0.5, "topP": 0.9, "stopSequences": ["END"]},
        "additionalModelRequestFields": {"inferenceConfig": {"topK": 40}},
    }
    assert image["format"] == "png"
    assert Image.open(io.BytesIO(image["source"]["bytes"])).getpixel((4, 4)) == (255, 0, 0)


def test_what_is_not_asked_for_is_left_to_the_model():
    params = ask(lambda _: answer("x"), asking("Hello"))[2].last.params
    assert params == {
        "modelId": NOVA,
        "messages": [{"role": "user", "content": [{"text": "Hello"}]}],
        "inferenceConfig": {"maxTokens": 1024},
    }


def test_turns_of_one_side_in_a_row_become_one_and_empty_ones_none():
    turns = (Message(text="One."), Message(role="assistant", text=" "), Message(text="Two."))
    params = ask(lambda _: answer("x"), ChatRequest(messages=turns))[2].last.params
    assert params["messages"] == [{"role": "user", "content": [{"text": "One."}, {"text": "Two."}]}]


@pytest.mark.parametrize(
    "model",
    [
        "anthropic.claude-3-haiku-20240307-v1:0",
        NOVA,
        "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-lite-v1:0",
        "arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/abcdef123456",
        "zai.glm-4.7",
    ],
)
def test_every_way_to_name_a_model_arrives(model):
    with serving(lambda _: answer("x")) as service:
        account = {"region": REGION, "access_key_id": KEY_ID, "secret_access_key": SECRET}
        config = EngineConfig(options={**account, "endpoint_url": service.url})
        registry = ChatRegistry({"bedrock": config})
        run(registry.resolve(f"bedrock:{model}"), asking())
        registry.close()
    assert service.last.params["modelId"] == model


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        (NOVA, {"inferenceConfig": {"topK": 7}}),
        (
            "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-pro-v1:0",
            {"inferenceConfig": {"topK": 7}},
        ),
        (CLAUDE, {"top_k": 7}),
        ("us-gov.anthropic.claude-3-haiku-20240307-v1:0", {"top_k": 7}),
        ("cohere.command-r-v1:0", {"k": 7}),
        ("meta.llama3-8b-instruct-v1:0", {"top_k": 7}),
    ],
)
def test_top_k_has_the_name_of_the_models_maker(model, fields):
    params = ask(lambda _: answer("x"), asking(top_k=7), model)[2].last.params
    assert params["additionalModelRequestFields"] == fields


@pytest.mark.parametrize(
    ("said", "left", "noted"),
    [
        (
            (
                "The model returned the following errors: `temperature` and `top_p` cannot both be specified "
                "for this model. Please use only one."
            ),
            {"temperature": 0.5},
            ["top_p"],
        ),
        (
            "The model returned the following errors: `temperature` is deprecated for this model.",
            {"topP": 0.9},
            ["temperature"],
        ),
    ],
)
def test_a_knob_the_model_does_not_take_is_left_out_and_told(said, left, noted):
    refusals = iter([Refusal("ValidationException", said)])
    request = asking(temperature=0.5, top_p=0.9)
    _, completion, service = ask(lambda _: next(refusals, None) or answer("x"), request)
    assert len(service.asked) == 2
    assert service.last.params["inferenceConfig"] == {"maxTokens": 1024, **left}
    assert completion.notes == tuple(
        f"The model does not take {knob} here; it was left out." for knob in noted
    )


def test_a_model_without_top_k():
    def reply(asked):
        if "additionalModelRequestFields" in asked.params:
            said = "Malformed input request: #: extraneous key [top_k] is not permitted, please reformat"
            return Refusal("ValidationException", said)
        return answer("x")

    pieces, completion, _ = ask(reply, asking(top_k=7, temperature=1.0), "meta.llama3-8b-instruct-v1:0")
    assert pieces == ["x"]
    assert completion.notes == ("The model does not take top_k here; it was left out.",)


def test_a_temperature_beyond_bedrocks_range():
    _, completion, service = ask(lambda _: answer("x"), asking(temperature=1.5))
    assert service.last.params["inferenceConfig"]["temperature"] == 1
    assert completion.notes == ("Bedrock takes a temperature of at most 1, so that was used.",)


SCHEMA = {"type": "object", "properties": {"tags": {"type": "array", "items": {"type": "object"}}}}


@pytest.mark.parametrize(
    ("model", "options", "structured"),
    [
        (CLAUDE, {}, True),
        ("global.anthropic.claude-opus-4-6-v1", {}, True),
        ("anthropic.claude-3-haiku-20240307-v1:0", {}, False),
        ("us.anthropic.claude-opus-4-1-20250805-v1:0", {}, False),
        ("us.anthropic.claude-sonnet-4-20250514-v1:0", {}, False),
        (NOVA, {}, False),
        ("qwen.qwen3-32b-v1:0", {"structured": True}, True),
        (CLAUDE, {"structured": False}, False),
    ],
)
def test_a_schema_goes_to_models_that_hold_to_it(model, options, structured):
    params = ask(lambda _: answer("{}"), asking(json_schema=SCHEMA), model, **options)[2].last.params
    config = EngineConfig(model=model, options=options)
    assert BedrockChatEngine(config).capabilities.structured is structured
    assert ("outputConfig" in params) is structured
    if structured:
        form = params["outputConfig"]["textFormat"]
        assert form["type"] == "json_schema"
        assert json.loads(form["structure"]["jsonSchema"]["schema"]) == {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "tags": {"type": "array", "items": {"type": "object", "additionalProperties": False}}
            },
        }


def test_a_large_picture_is_scaled_and_that_is_told():
    _, completion, service = ask(lambda _: answer("x"), asking(images=[picture(3000, 1500), picture(9, 9)]))
    first, second, text = service.last.params["messages"][0]["content"]
    assert Image.open(io.BytesIO(first["image"]["source"]["bytes"])).size == (1568, 784)
    assert Image.open(io.BytesIO(second["image"]["source"]["bytes"])).size == (9, 9)
    assert text == {"text": "What is this?"}
    assert completion.notes == ("The picture was scaled from 3000x1500 to 1568x784 before it was sent.",)


def test_a_picture_is_never_more_than_bedrock_takes():
    noise = Image.frombytes("RGB", (2000, 2000), random.Random(0).randbytes(12_000_000))
    service = ask(lambda _: answer("x"), asking(images=[SourceImage(noise)]), max_side_px=8000)[2]
    image = service.last.params["messages"][0]["content"][0]["image"]
    assert image["format"] == "jpeg"
    assert len(image["source"]["bytes"]) <= 3_750_000
    assert len(base64.b64encode(image["source"]["bytes"])) <= 5_000_000


# Waiting and stopping


class Patience:
    """A progress callback that raises Cancelled once ``when`` holds of what it was told."""

    def __init__(self, when):
        self.when, self.told = when, []

    def __call__(self, progress):
        self.told.append(progress)
        if self.when(self.told):
            raise Cancelled


def test_waiting_is_told_and_cancelling_cuts_the_stream():
    """The service goes on until its client is gone; it would never end by itself."""
    never = threading.Event()
    start = bedrock.words("One")
    with serving(lambda _: bedrock.hanging(start, never)) as service, engine_at(service) as engine:
        chat = engine.chat(asking(), Patience(lambda told: sum(one.step for one in told) > 5))
        assert next(chat) == "One"
        with pytest.raises(Cancelled):
            next(chat)
        assert service.hung_up.wait(10)


def test_cancelling_while_there_is_no_answer_yet_cuts_the_connection():
    released, gone = threading.Event(), threading.Event()

    def reply(asked):
        def silent():
            released.wait(10)
            yield from bedrock.hanging([], gone)  # found out by writing

        return silent()

    with serving(reply) as service, engine_at(service) as engine:
        patience = Patience(lambda told: bool(service.asked))
        with pytest.raises(Cancelled):
            next(engine.chat(asking(), patience))
        assert {(told.step, told.stage) for told in patience.told} == {(0, "waiting")}
        released.set()
        assert service.hung_up.wait(10)


def test_closing_the_generator_cuts_the_stream():
    never = threading.Event()
    start = bedrock.words("One")
    with serving(lambda _: bedrock.hanging(start, never)) as service, engine_at(service) as engine:
        chat = engine.chat(asking())
        next(chat)
        chat.close()
        assert service.hung_up.wait(10)


def test_one_answer_is_cut_and_another_goes_on():
    """Both through one engine and its pool of connections."""
    cut, never = threading.Event(), threading.Event()

    def reply(asked):
        if "stop me" in str(asked.params["messages"]):
            return bedrock.hanging(bedrock.words("One"), never)
        return slowly()

    def slowly():
        first, *rest = answer("I", " went", " on.")
        yield first
        cut.wait(10)
        yield from rest

    with serving(reply) as service, engine_at(service) as engine:
        other = []
        thread = threading.Thread(target=lambda: other.extend(run(engine, asking("go on"))[0]))
        thread.start()
        chat = engine.chat(asking("stop me"))
        next(chat)
        chat.close()
        assert service.hung_up.wait(10)
        cut.set()
        thread.join()
    assert other == ["I", " went", " on."]


def test_connections_are_kept_for_the_next_question():
    ports = set()

    def reply(asked):
        ports.add(asked.headers["Host"])
        return answer("x")

    with serving(reply) as service, engine_at(service) as engine:
        for _ in range(3):
            run(engine, asking())
        assert service.connections == 1


# The contract


def parrot(asked):
    """Repeats the last question, word by word, within maxTokens; says at first how many pictures it saw."""
    content = asked.params["messages"][-1]["content"]
    pictures = sum("image" in block for block in content)
    text = " ".join(block["text"] for block in content if "text" in block)
    said = ([f"[{pictures} seen] "] if pictures else []) + [f"{word} " for word in text.split()]
    most = asked.params["inferenceConfig"]["maxTokens"]
    return answer(*said[:most], stop="end_turn" if len(said) <= most else "max_tokens")


class TestContract(ChatEngineContract):
    sees = True

    @pytest.fixture(autouse=True)
    def _service(self):
        with serving(parrot) as service:
            self.service = service
            yield

    def make_engine(self):
        return engine_at(self.service)

    def _is_mine(self, thread):
        return thread.is_alive() and thread.name.startswith("studiolo")
