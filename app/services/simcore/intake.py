"""What comes in: JSON bodies as checked models, and nothing that looks like a real My Number."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

from flask import Blueprint, Flask, request
from pydantic import BaseModel, TypeAdapter, ValidationError
from werkzeug.exceptions import BadRequest

from app.mynumber_guard import looks_real
from app.services.simcore.problems import Problem

T = TypeVar("T", bound=BaseModel)
A = TypeVar("A")


def real_number_problem() -> Problem:
    """The refusal. It never repeats the number."""
    return Problem(
        422,
        "looks-like-real-my-number",
        "This looks like a real My Number. It was not stored.",
        "Use only the made-up people of the simulator.",
    )


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield str(value)


def refuse_real_numbers(target: Flask | Blueprint) -> None:
    """Look through every body, query and form field before anything else sees it; 422 if one holds a legal My Number."""

    def check() -> None:
        texts = [*request.args.values(), *request.form.values()]
        if request.is_json:
            texts += _texts(request.get_json(silent=True))
        if any(looks_real(text) for text in texts):
            raise real_number_problem()

    target.before_request(check)


def body(model: type[T]) -> T:
    """The JSON body as a model; `Problem` 400 where it is no JSON, 422 where it does not fit (places, never values)."""
    return adapted(TypeAdapter(model))


def adapted(adapter: TypeAdapter[A]) -> A:
    """As `body`, for any type."""
    try:
        data = request.get_json()
    except BadRequest as error:
        raise Problem(400, "not-json", "The body must be JSON.") from error
    try:
        return adapter.validate_python(data)
    except ValidationError as error:
        places = [{"at": "/".join(map(str, e["loc"])), "why": e["type"]} for e in error.errors(include_input=False)]
        raise Problem(422, "invalid-body", "The body does not have the documented form.", errors=places) from None
