from __future__ import annotations

import subprocess
import sys

import pytest

import normalizer
from normalizer.model import errors

NAMES = """
    Asking AsyncExtractor Client Coverage Criterion CutOffError DeadlineError Endpoint EndpointError
    EndpointSettingsError Extractor FakeModel FilteredError Finding GoldError InvalidAnswerError LlmExtractor
    LogicError ModelError Normalized NormalizedTrial Normalizer NormalizerError Once Price
    PublishedAtom PublishedBound RefusalError Repair Row RulesExtractor RunError SourceError Span SpanError
    TrialDocument UnitError Usage __version__
    document_from_text from_json load normalize normalize_async rows to_json
"""


def test_the_public_names_are_these() -> None:
    assert sorted(normalizer.__all__) == sorted(NAMES.split())


@pytest.mark.parametrize("name", normalizer.__all__)
def test_every_public_name_is_there_and_listed(name: str) -> None:
    assert getattr(normalizer, name) is not None
    assert name in dir(normalizer)


def test_every_error_of_the_model_is_public() -> None:
    raised = {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, errors.NormalizerError)
    }
    assert raised <= set(normalizer.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nonsense"):
        normalizer.nonsense  # type: ignore[attr-defined]  # noqa: B018 - the access is the test


def test_star_import_works() -> None:
    code = "from normalizer import *; print(normalize.__name__, load.__name__)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)  # noqa: S603 - ours
    assert done.stdout.split() == ["normalize", "load"]


def test_from_text_to_facts_and_back() -> None:
    text = "Inclusion Criteria:\n- Creatinine ≤ 1.5 x ULN\n"
    trial = normalizer.normalize(normalizer.document_from_text(text, "t.txt"))
    (row,) = normalizer.rows(trial)
    assert (row.subject, row.comparator, row.unit, row.reference) == ("creatinine", "<=", "1", "uln")
    assert text[row.start : row.end] == row.quote
    assert normalizer.from_json(normalizer.to_json(trial)) == trial
