"""Multipart forms, as OpenAI's clients send files: lists and tables in brackets, numbers as text."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError
from starlette.datastructures import UploadFile

from studiolo.errors import InvalidRequestError, TooLargeError
from studiolo.requests import explain
from studiolo.server.limits import FILES_AT_ONCE, MEGABYTE

B = TypeVar("B", bound=BaseModel)

_FIELDS: Final = 200
_NAME: Final = re.compile(r"(?P<name>\w+)\[(?P<key>\w*)\]")


@dataclass
class Form:
    """A form's fields (plain ones, lists, tables) and files, each by its name."""

    texts: dict[str, str] = field(default_factory=dict[str, str])
    lists: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    tables: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    files: dict[str, list[bytes]] = field(default_factory=dict[str, list[bytes]])

    def read(self, model: type[B]) -> B:
        """The fields as ``model``.

        Raises:
            InvalidRequestError: one is unknown, missing, wrong, or was sent in two ways.
        """
        twice = {*self.texts} & {*self.lists} | {*self.texts, *self.lists} & {*self.tables}
        if twice:
            raise InvalidRequestError(f"'{min(twice)}' was sent in two ways.", hint="Send it in one.")
        try:
            return model.model_validate({**self.texts, **self.lists, **self.tables})
        except ValidationError as error:
            raise explain(error, model) from error

    def file(self, name: str) -> bytes | None:
        """The one file of that field; None if there is none.

        Raises:
            InvalidRequestError: there are several.
        """
        found = self.files.get(name, [])
        if len(found) > 1:
            raise InvalidRequestError(
                f"There are {len(found)} files as '{name}'; engines here begin from one picture.",
                hint="Send one.",
            )
        return found[0] if found else None

    def add(self, name: str, value: str) -> None:
        """``seed``, ``palette[]`` once for each entry, ``options[name]``."""
        found = _NAME.fullmatch(name)
        if found is None:
            self.texts[name] = value
        elif found["key"]:
            self.tables.setdefault(found["name"], {})[found["key"]] = _scalar(value)
        else:
            self.lists.setdefault(found["name"], []).append(value)


async def read_form(request: Request, *, upload_bytes: int) -> Form:
    """The form a request brings.

    Raises:
        TooLargeError: one of its files is larger than an upload may be.
        HTTPException: it is no form, or a damaged one.
    """
    form = Form()
    async with request.form(max_files=FILES_AT_ONCE, max_fields=_FIELDS, max_part_size=MEGABYTE) as received:
        for name, value in received.multi_items():
            if isinstance(value, UploadFile):
                content = await value.read(upload_bytes + 1)
                if len(content) > upload_bytes:
                    raise TooLargeError(
                        f"The file '{name}' is larger than {upload_bytes / MEGABYTE:.0f} MB.",
                        hint="Make it smaller, or raise STUDIOLO_UPLOAD_MB.",
                    )
                form.files.setdefault(name.removesuffix("[]"), []).append(content)
            else:
                form.add(name, value)
    return form


def _scalar(text: str) -> Any:
    """An engine's option is JSON; in a form it is text, a number that looks like one."""
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, bool | int | float) else text
