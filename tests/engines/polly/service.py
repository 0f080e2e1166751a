"""Polly on loopback: botocore's own model of the service judges what it is asked and what it answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from urllib.parse import parse_qsl, urlsplit
from xml.etree import ElementTree

import botocore.loaders
import botocore.model
import botocore.validate

from studiolo.audio import encode
from tests.audio.serving import Answer, Asked
from tests.audio.test_encoding import tone

KEY_ID, SECRET, REGION = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "eu-west-1"

# As DescribeVoices describes them, some of 116; two to a page.
VOICES = [
    ("Brian", "en-GB", "British English", "Male", ["neural", "standard"], []),
    ("Joanna", "en-US", "US English", "Female", ["generative", "neural", "standard"], []),
    ("Salli", "en-US", "US English", "Female", ["neural", "standard"], []),
    ("Danielle", "en-US", "US English", "Female", ["long-form", "neural"], []),
    ("Aditi", "en-IN", "Indian English", "Female", ["standard"], ["hi-IN"]),
    ("Kajal", "hi-IN", "Hindi", "Female", ["neural"], ["en-IN"]),
    ("Seoyeon", "ko-KR", "Korean", "Female", ["neural", "standard"], []),
    ("Zhiyu", "cmn-CN", "Chinese Mandarin", "Female", ["neural", "standard"], []),
]


@cache
def model() -> botocore.model.ServiceModel:
    loaded = botocore.loaders.Loader().load_service_model("polly", "service-2")
    return botocore.model.ServiceModel(loaded, "polly")


def refused(code: str, message: str, status: int = 400) -> Answer:
    return Answer(
        status=status,
        body=json.dumps({"message": message}).encode(),
        media_type="application/json",
        headers={"x-amzn-ErrorType": code},
    )


def judged(operation: str, members: dict) -> None:
    """Members against the shape: names, types, enumerations."""
    shape = model().operation_model(operation).input_shape
    report = botocore.validate.ParamValidator().validate(members, shape)
    assert not report.has_errors(), report.generate_report()
    for name, value in members.items():
        known = getattr(shape.members[name], "enum", None)
        assert not known or value in known, f"{name} is {value!r}"


def polly(speak: Callable[[dict], Answer] | None = None) -> Callable[[Asked], Answer]:
    """A service; ``speak`` may take the place of its speech."""

    def answer(asked: Asked) -> Answer:
        if f"Credential={KEY_ID}/" not in asked.headers.get("authorization", ""):
            return refused("UnrecognizedClientException", "The security token is invalid.", 403)
        assert f"/{REGION}/polly/aws4_request" in asked.headers["authorization"]
        place = urlsplit(asked.path)
        if place.path == "/v1/voices":
            return _describe(dict(parse_qsl(place.query)))
        assert (asked.method, place.path) == ("POST", "/v1/speech")
        members = json.loads(asked.body)
        judged("SynthesizeSpeech", members)
        return (speak or _speak)(members)

    return answer


def _describe(members: dict) -> Answer:
    judged("DescribeVoices", members)
    able = [voice for voice in VOICES if members.get("Engine", voice[4][0]) in voice[4]]
    at = int(members.get("NextToken", 0))
    names = ("Id", "LanguageCode", "LanguageName", "Gender", "SupportedEngines", "AdditionalLanguageCodes")
    page: dict = {"Voices": [dict(zip(names, voice, strict=True)) for voice in able[at : at + 2]]}
    if at + 2 < len(able):
        page["NextToken"] = str(at + 2)
    return Answer(body=json.dumps(page).encode(), media_type="application/json")


def _speak(members: dict) -> Answer:
    voice = next((voice for voice in VOICES if voice[0] == members["VoiceId"]), None)
    if voice is None or members["Engine"] not in voice[4]:
        return refused("ValidationException", "This voice does not support the selected engine.")
    if members.get("LanguageCode", voice[1]) not in {voice[1], *voice[5]}:
        return refused("LanguageNotSupportedException", "The language is not supported by the voice.")
    text, speed = members["Text"], 1.0
    if members.get("TextType") == "ssml":
        (prosody,) = ElementTree.fromstring(text)
        text, speed = prosody.text or "", int(prosody.attrib["rate"].removesuffix("%")) / 100
    clip = tone(0.05 * len(text) / speed, rate_hz=int(members["SampleRate"]))
    if members["OutputFormat"] == "mp3":
        return Answer(body=encode([clip], "mp3"), media_type="audio/mpeg")
    assert members["SampleRate"] in {"8000", "16000"}, "PCM has no other rates"
    data = clip.samples.tobytes()
    return Answer(pieces=[data[at : at + 3001] for at in range(0, len(data), 3001)], media_type="audio/pcm")
