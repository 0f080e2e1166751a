"""One picture from InvokeModel: called once, given up at any moment, read no further than a picture goes."""

# pyright: reportMissingTypeStubs=false

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from functools import partial
from typing import Any, Final, cast

from studiolo.engines.bedrock.answering import Answering, Event
from studiolo.engines.bedrock.invocation import HOST
from studiolo.engines.bedrock.lifecycle import ask_lifecycle
from studiolo.engines.bedrock.models import ImageModel
from studiolo.engines.bedrock.painting_errors import explained_painting, pause_s
from studiolo.engines.bedrock.session import Clients
from studiolo.engines.http.downloads import MAX_PICTURE_BYTES
from studiolo.engines.http.failures import perhaps_paid
from studiolo.engines.http.pace import meanwhile
from studiolo.engines.parallel import BEAT_S
from studiolo.errors import EngineError, InvalidImageError

Beat = Callable[[], None]

_MAX_REPLY_BYTES: Final = MAX_PICTURE_BYTES * 4 // 3 + 2**16  # in base64, and the JSON around it
_MAX_BODY_BYTES: Final = 25_000_000  # by botocore's model of InvokeModel
_PIECE_BYTES: Final = 2**16


class _Refused(Exception):  # noqa: N818 - no error of its own: it carries one out of the thread
    """What boto3 raised."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


class Painter:
    """Calls one model. Safe to use from several threads."""

    def __init__(self, clients: Clients, model: ImageModel, *, attempts: int) -> None:
        self._clients = clients
        self._model = model
        self._attempts = attempts

    def ask(self, body: Mapping[str, Any], beat: Beat) -> Mapping[str, Any]:
        """The model's answer to ``body``; ``beat`` is called ten times a second, and what it raises ends it.

        It is asked again, after a while, only where Bedrock said that it did nothing.

        Raises:
            InvalidImageError: the pictures in ``body`` are more than it takes.
            CredentialsError, RateLimitedError, UnknownEngineError, ContentRefusedError, EngineTimeoutError,
                UnsupportedRequestError, EngineError: see :mod:`.painting_errors`.
        """
        content = json.dumps(body).encode()
        if len(content) > _MAX_BODY_BYTES:
            raise InvalidImageError(
                f"The pictures are {len(content) / 1e6:.0f} MB together as they are sent; Bedrock takes "
                f"{_MAX_BODY_BYTES / 1e6:.0f} MB.",
                hint="Make them smaller first.",
            )
        for attempt in range(self._attempts):
            try:
                return self._once(content, beat)
            except _Refused as refused:
                pause = pause_s(refused.error, attempt)
                if pause is None or attempt + 1 == self._attempts:
                    raise meanwhile(partial(self._explained, refused.error), beat) from refused.error
                _rest(pause, beat)
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _once(self, content: bytes, beat: Beat) -> Mapping[str, Any]:
        answering = Answering(lambda: self._call(content))
        try:
            for reply in answering:
                if reply is not None:
                    return reply
                beat()
        finally:
            answering.end()
        raise AssertionError("unreachable: a call gives an answer or raises")

    def _call(self, content: bytes) -> Iterator[Event]:
        """In the thread of the call, boto3's loading included."""
        client = self._clients["bedrock-runtime"]
        from botocore.exceptions import BotoCoreError, ClientError
        from urllib3.exceptions import HTTPError

        try:
            response = client.invoke_model(
                modelId=self._model.call_id,
                body=content,
                contentType="application/json",
                accept="application/json",
            )
            with closing(response["body"]) as stream:
                raw = _read(stream)
        except (BotoCoreError, ClientError, HTTPError, OSError) as error:
            raise _Refused(error) from error
        yield _parsed(raw)

    def _explained(self, error: Exception) -> Exception:
        region = str(self._clients["bedrock-runtime"].meta.region_name)
        return explained_painting(
            error,
            model=self._model,
            region=region,
            lifecycle=lambda: ask_lifecycle(self._clients, self._model.call_id),
        )


def _read(stream: Any) -> bytes:
    """All of an answer, unless it is longer than a picture can be."""
    pieces: list[bytes] = []
    length = 0
    while piece := stream.read(_PIECE_BYTES):
        length += len(piece)
        if length > _MAX_REPLY_BYTES:
            error = EngineError(
                f"Bedrock sent over {_MAX_REPLY_BYTES // 2**20} MB, more than a picture takes.",
                hint="Ask again.",
            )
            raise perhaps_paid(error, HOST)
        pieces.append(piece)
    return b"".join(pieces)


def _parsed(raw: bytes) -> Mapping[str, Any]:
    try:
        reply = json.loads(raw)
    except ValueError:
        reply = None
    if not isinstance(reply, dict):
        error = EngineError(
            "Bedrock sent something that cannot be read.",
            hint="Is endpoint_url under [engines.bedrock] Bedrock's, if it is set? Is there a proxy?",
        )
        raise perhaps_paid(error, HOST)
    return cast("Mapping[str, Any]", reply)


def _rest(seconds: float, beat: Beat) -> None:
    """Wait, with a beat ten times a second."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        beat()
        time.sleep(min(left, BEAT_S))
