"""The rows of the failure matrix: what goes wrong at a service, and how it has to end for whoever asked.

``does`` is for those who write a server: what it does from ``break_with`` on, until it is mended.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from studiolo.errors import (
    Cancelled,
    ContentRefusedError,
    CredentialsError,
    EngineError,
    EngineTimeoutError,
    InputError,
    RateLimitedError,
    StudioloError,
)

FaultName = Literal[
    "no-key",
    "wrong-key",
    "unknown-model",
    "no-access",
    "spent",
    "throttled-once",
    "throttled",
    "overloaded",
    "declined",
    "slow",
    "refused-connection",
    "hangs-up-before",
    "hangs-up-after",
    "half-sent",
    "no-picture",
    "too-large",
    "private-link",
    "expired-link",
    "not-the-service",
    "clock",
    "fourth-fails",
    "cancelled",
]
FAULT_NAMES: tuple[FaultName, ...] = get_args(FaultName)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One fault.

    ``raises`` are the errors it may end in; with ``may_recover`` it may also end well, and with none it must.
    ``asked`` pictures are asked for, of which the first ``after`` are painted as if nothing were wrong.
    ``painted`` says whether the service may have painted, and so charge for, one that fails.
    ``anew`` is for faults that lie in how an engine was built: it is built anew once all is well.
    """

    title: str
    does: str
    raises: tuple[type[StudioloError], ...] = (EngineError,)
    may_recover: bool = False
    asked: int = 1
    after: int = 0
    painted: bool = False
    anew: bool = False


ROWS: dict[FaultName, Row] = {
    "no-key": Row(
        title="no key",
        does="nothing is wrong with it; engine() builds one without a key",
        raises=(CredentialsError,),
        anew=True,
    ),
    "wrong-key": Row(
        title="a wrong key",
        does="takes no key as right, and repeats it in its answer if its vendor does",
        raises=(CredentialsError,),
        anew=True,
    ),
    "unknown-model": Row(
        title="an unknown model",
        does="nothing is wrong with it; engine() builds one for a model that it does not have",
        raises=(InputError, EngineError),
        anew=True,
    ),
    "no-access": Row(
        title="a model without access",
        does="does not let this account use the model",
        raises=(CredentialsError, InputError, EngineError),
        anew=True,
    ),
    "spent": Row(
        title="credit or quota used up",
        does="says that the account has no credit left",
        raises=(RateLimitedError, CredentialsError),
    ),
    "throttled-once": Row(
        title="asked to wait, once",
        does="asks to wait no time at all (Retry-After: 0), once; then paints",
        raises=(),
    ),
    "throttled": Row(
        title="asked to wait, always",
        does="asks to wait no time at all (Retry-After: 0), each time",
        raises=(RateLimitedError,),
    ),
    "overloaded": Row(
        title="overloaded",
        does="is out of capacity (503, Retry-After: 0), each time",
        raises=(RateLimitedError, EngineError),
    ),
    "declined": Row(
        title="declined by a content filter",
        does="declines to paint, or to hand out what it painted",
        raises=(ContentRefusedError,),
        painted=True,
    ),
    "slow": Row(
        title="no answer in time",
        does="takes the painting and never finishes; engine() builds one with the patience of half a second",
        raises=(EngineTimeoutError,),
        painted=True,
    ),
    "refused-connection": Row(
        title="nothing listens",
        does="nothing listens where engine() says that it is",
        anew=True,
    ),
    "hangs-up-before": Row(
        title="hangs up before it takes the request",
        does="closes each connection on which a painting is asked for; paints and charges nothing",
    ),
    "hangs-up-after": Row(
        title="takes the request, its reply is lost",
        does="takes each painting (it is paid for), then closes the connection without a reply",
        may_recover=True,
        painted=True,
    ),
    "half-sent": Row(
        title="half a picture",
        does="breaks off in the middle of the picture, or sends half of its file",
        painted=True,
    ),
    "no-picture": Row(
        title="something that is no picture",
        does="sends text where the picture should be",
        painted=True,
    ),
    "too-large": Row(
        title="200 MB where a picture should be",
        does="sends 200 MB in pieces for a picture, until the client hangs up",
        painted=True,
    ),
    "private-link": Row(
        title="a link into the private network",
        does="gives http://0.0.0.0:PORT/… for the picture, where the server itself would answer with one",
        painted=True,
    ),
    "expired-link": Row(
        title="an expired link",
        does="gives a link that is answered by 403 or 404",
        painted=True,
    ),
    "not-the-service": Row(
        title="a web page instead of the service",
        does="answers everything with status 200 and an HTML page",
    ),
    "clock": Row(
        title="this machine's clock is wrong",
        does="finds the signature too old or not yet valid",
        raises=(CredentialsError, EngineError),
    ),
    "fourth-fails": Row(
        title="the fourth of four fails",
        does="paints three pictures, then fails for good (500 or its vendor's word for it)",
        asked=4,
        after=3,
        painted=True,
    ),
    "cancelled": Row(
        title="cancelled while the second is painted",
        does="paints one picture, and works on the next for five seconds unless it is called off",
        raises=(Cancelled,),
        asked=2,
        after=1,
        painted=True,
    ),
}
