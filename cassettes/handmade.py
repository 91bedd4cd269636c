"""``python -m cassettes.handmade``: writes the exchanges that are made by hand, for what an endpoint may do wrong.

Nothing of these was answered by a model. They are written anew with every prompt version, because requests hold the
prompt's hash.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import orjson

from normalizer.evaluate.cassette import shortened
from normalizer.extract.llm import Endpoint
from normalizer.extract.llm.answer import read_answer
from normalizer.extract.llm.errors import InvalidAnswerError
from normalizer.extract.llm.prompt import load_prompt
from normalizer.extract.llm.reask import complained
from normalizer.extract.llm.request import RequestForm, Turn

FOLDER: Final = Path(__file__).resolve().parent / "handmade"
ENDPOINT: Final = Endpoint(model="handmade", base_url="http://127.0.0.1:9/v1", attempts=3)
QUESTION: Final = Turn(
    "user",
    orjson.dumps(
        {
            "trial": {"conditions": ["Pancreatitis"]},
            "blocks": [{"block": "b1", "kind": "exclusion", "text": "Serum lipase > 295 U/L"}],
        }
    ).decode(),
)
ANSWER: Final = orjson.dumps(
    {
        "blocks": [
            {
                "block": "b1",
                "atoms": [
                    {
                        "id": "a1", "quote": "Serum lipase", "subject": "serum lipase", "type": "measurement",
                        "modifiers": [],
                        "bounds": [
                            {
                                "limit": "> 295 U/L", "slot": "value", "comparator": ">", "numbers": ["295"],
                                "unit": "U/L",
                            }
                        ],
                    }
                ],
                "logic": "a1",
            }
        ]
    }
).decode()  # fmt: skip
HALF: Final = ANSWER[: len(ANSWER) // 2]
_USAGE: Final = {"prompt_tokens": 11000, "completion_tokens": 60, "total_tokens": 11060}


def _completion(content: str | None, *, finish: str = "stop", refusal: str | None = None) -> dict[str, Any]:
    message = {"role": "assistant", "content": content, "refusal": refusal}
    return {
        "id": "chatcmpl-handmade", "object": "chat.completion", "created": 0, "model": "handmade",
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": finish}], "usage": _USAGE,
    }  # fmt: skip


def _error(message: str, kind: str) -> dict[str, Any]:
    return {"error": {"message": message, "type": kind, "code": None, "param": None}}


def _exchange(
    turns: tuple[Turn, ...], body: dict[str, Any], code: int = 200, reason: str = "OK", **headers: str
) -> dict[str, Any]:
    prompt = load_prompt()
    request = orjson.loads(shortened(RequestForm(prompt, ENDPOINT).body(turns), prompt))
    kept = {"content-type": ["application/json"], **{name.replace("_", "-"): [text] for name, text in headers.items()}}
    return {
        "request": {"method": "POST", "path": "/v1/chat/completions", "body": request},
        "response": {"status": {"code": code, "message": reason}, "headers": kept, "body": body},
    }


def _again(answer: str) -> tuple[Turn, ...]:
    """Return the conversation that a re-ask sends after an answer that cannot be used."""
    try:
        read_answer(answer, ("b1",))
    except InvalidAnswerError as error:
        return complained(QUESTION, answer, error.complaints)
    raise ValueError("the answer can be used")


def exchanges() -> dict[str, list[dict[str, Any]]]:
    """Return the exchanges of each cassette, in the order in which they happen."""
    first = (QUESTION,)
    good = _completion(ANSWER)
    return {
        "refusal": [_exchange(first, _completion(None, refusal="I cannot help with that."))],
        "truncated": [_exchange(first, _completion(HALF, finish="length"))],
        "filtered": [_exchange(first, _completion(None, finish="content_filter"))],
        "invalid_then_valid": [_exchange(first, _completion(HALF)), _exchange(_again(HALF), good)],
        "rate_limited": [
            _exchange(
                first, _error("Rate limit reached.", "rate_limit_error"), 429, "Too Many Requests", retry_after="7"
            ),
            _exchange(first, good),
        ],
        "server_error": [
            _exchange(first, _error("The server had an error.", "server_error"), 500, "Internal Server Error"),
            _exchange(first, good),
        ],
    }


def written(parts: list[dict[str, Any]]) -> str:
    """Return the text of a cassette."""
    return json.dumps({"exchanges": parts}, ensure_ascii=False, indent=1) + "\n"


def main() -> None:
    """Write all cassettes."""
    FOLDER.mkdir(exist_ok=True)
    for name, parts in exchanges().items():
        (FOLDER / f"{name}.json").write_text(written(parts), encoding="utf-8")


if __name__ == "__main__":
    main()
