"""A run's gates as JUnit XML, which every CI system shows as tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

if TYPE_CHECKING:
    from collections.abc import Mapping


def junit(record: Mapping[str, Any]) -> str:
    """Return one test case for each gate: failed ones with what was measured, those not run as skipped.

    Args:
        record: what ``report.json`` holds.

    """
    gates = record["gates"]
    suite = Element(
        "testsuite", name="evaluation", tests=str(len(gates)),
        failures=str(sum(1 for verdict in gates if verdict["held"] is False)),
        skipped=str(sum(1 for verdict in gates if verdict["held"] is None)), errors="0",
    )  # fmt: skip
    for verdict in gates:
        gate, measured = verdict["gate"], verdict["measured"]
        name = f"{gate['metric']} {'at least' if gate['side'] == 'floor' else 'at most'} {gate['value']:g}"
        case = SubElement(suite, "testcase", classname=f"evaluation.{gate['set']}", name=name)
        if verdict["held"] is None:
            SubElement(case, "skipped", message="the set was not run")
        elif not verdict["held"]:
            said = "nothing was measured" if measured is None else f"measured {measured:.4f}"
            SubElement(case, "failure", message=f"{name}: {said}", type="gate").text = said
    indent(suite)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(suite, encoding="unicode") + "\n"
