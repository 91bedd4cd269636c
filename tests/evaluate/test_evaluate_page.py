"""The page of a run: one file that needs nothing else, and in which no text becomes markup."""

from __future__ import annotations

import copy
import json
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from normalizer.evaluate.reports.page import page

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = (
    "</script><img src=x onerror=document.title=1><!-- <script> \u2028\u2029 "
    "\"'`&amp; {{ run }}{{ items }} ${1} 𝟙 \ud800"
)
CHROMIUM = shutil.which("chromium")


def _reading(text: str) -> dict[str, Any]:
    bound = {"text": f"value >= {text}", "span": [2, 5]}
    return {"logic": text, "atoms": [{"text": f"a1 {text}", "type": text, "span": [0, 4], "bounds": [bound]}]}


def _item(text: str, block: str = "I01") -> dict[str, Any]:
    mistake = {"kind": "unit", "gold": text, "got": f"{text} | value >= {text}"}
    read = {**_reading(text), "status": "checked", "findings": [text], "repairs": [text], "wrong": [mistake]}
    return {
        "set": text, "trial": text, "block": block, "kind": text, "text": text, "notes": text,
        "gold": _reading(text), "readers": {"rules": read, text: read, "hybrid": None},
    }  # fmt: skip


def _record(text: str) -> dict[str, Any]:
    score = {"f1": 0.5, "interval": [0.25, 0.75], "gold": 4, "documents": {"T1": [1, 2, 4]}}
    names = ("seeds", "seeds.hybrid", text)
    reports = [
        {"set": name, "scores": {"number_found": score, "number_found/dose": score}, "usage": {}} for name in names
    ]
    gates: list[dict[str, Any]] = [
        {"gate": {"side": "floor", "metric": text, "set": name, "value": 0.5}, "measured": 0.25, "held": held}
        for name, held in zip(names, (True, False, None), strict=True)
    ]
    flips = {"side": "regression", "metric": "worse", "set": "seeds", "value": 3.0}
    gates.append({"gate": flips, "measured": 7.0, "held": True, "named": [text]})
    return {"reports": [*reports, {"set": "seeds.catch", "scores": {text: score}}], "gates": gates}


def _embedded(html: str, name: str) -> Any:
    found = re.findall(rf'<script type="application/json" id="{name}">(.*?)</script>', html, re.DOTALL)
    assert len(found) == 1
    return json.loads(found[0])


def test_the_page_refers_to_nothing_outside_itself() -> None:
    html = page(_record("ten"), [_item("ten")])
    assert not re.search(r"https?:|//|url\(|@import|<link|<img|<iframe|<script[^>]* src|<base", html)
    assert "default-src 'none'" in html
    assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(", html)


def test_hostile_text_stays_data() -> None:
    items = [_item(HOSTILE), _item("ten")]
    html = page(_record(HOSTILE), items)
    plain = page(_record("ten"), [_item("ten")])
    for sign in ("<", ">", "\u2028", "\u2029", "\ud800"):
        assert html.count(sign) == plain.count(sign)
    assert html.count("<!--") == 0
    assert _embedded(html, "items") == items
    run = _embedded(html, "run")
    assert run["gates"] == _record(HOSTILE)["gates"]
    assert [report["set"] for report in run["reports"]] == ["seeds", "seeds.hybrid", HOSTILE, "seeds.catch"]
    html.encode()  # a lone surrogate is escaped too


def test_only_scores_of_a_whole_set_are_shown() -> None:
    shown = _embedded(page(_record("ten"), []), "run")["reports"][0]["scores"]
    assert shown == {"number_found": {"f1": 0.5, "interval": [0.25, 0.75], "gold": 4}}


def test_a_run_of_nothing_has_a_page() -> None:
    html = page({"reports": [], "gates": []}, [])
    assert _embedded(html, "items") == []
    assert _embedded(html, "run") == {"reports": [], "gates": []}
    assert "{{" not in html


def test_equal_input_gives_an_equal_page() -> None:
    record, items = _record(HOSTILE), [_item(HOSTILE)]
    assert page(record, items) == page(copy.deepcopy(record), copy.deepcopy(items))


def test_a_number_that_json_does_not_know_is_refused() -> None:
    with pytest.raises(ValueError, match="JSON"):
        page({"reports": [], "gates": [{"measured": float("nan")}]}, [])


def _drawn(html: str, folder: Path) -> str:
    """Return the page's elements as Chromium has made them."""
    assert CHROMIUM
    path = folder / "page.html"
    path.write_text(html, encoding="utf-8")
    made = subprocess.run(  # noqa: S603 - the browser of the machine on a page written here
        [
            CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            f"--user-data-dir={folder / 'profile'}", "--virtual-time-budget=2000", "--dump-dom", path.as_uri(),
        ],
        check=True, capture_output=True, timeout=30,
    )  # fmt: skip
    return made.stdout.decode("utf-8")


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
def test_a_browser_draws_every_card_and_no_hostile_element(tmp_path: Path) -> None:
    hostile = HOSTILE.replace("\ud800", "")  # no text in a browser's output
    items = [_item(hostile, f"I{at:02}") for at in range(3)] + [_item("𝟙𝟙≥5𝟙 years", "E01")]
    drawn = re.sub(r"<script.*?</script>", "", _drawn(page(_record(hostile), items), tmp_path), flags=re.DOTALL)
    assert drawn.count("<article") == 4
    assert "<img" not in drawn
    assert "<!--" not in drawn
    assert "<title>Evaluation of criteria readings</title>" in drawn
    assert "4 of 4 criteria shown" in drawn
    assert "<mark>≥5</mark><mark>𝟙</mark> years" in drawn  # two spans overlap; offsets count astral characters once
    assert drawn.count("no such criterion") >= 4
    assert drawn.count("FAILED") == 1
    assert "<td>at most 3</td><td>7</td>" in drawn
