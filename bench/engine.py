"""One answer through the engine, against FHIRPath evaluating the same rules.

The baseline is fhirpathpy, what a FHIR form engine in Python would use: for each answer, every rule
of the form over the answers so far. The same 200 questions, the same 20 rules, in turn.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from typing import Any

import fhirpathpy

from assessments.definitions import catalogue
from assessments.definitions.definition import Instrument
from assessments.definitions.tool_file import read_tool
from assessments.engine import form as forms
from assessments.engine.answers import Answered
from assessments.engine.scoring import ScoringContext
from bench.row import Row, compared, percentile

_ITEMS = 200
_RULES = [number for number in range(_ITEMS) if number % 10 == 9]


def rows() -> Iterator[Row]:
    ours, theirs = _answers()
    yield compared(
        f"update() of {_ITEMS} items, p50, against fhirpathpy", percentile(ours, 0.5), percentile(theirs, 0.5)
    )
    yield compared(
        f"update() of {_ITEMS} items, p99, against fhirpathpy",
        percentile(ours, 0.99),
        percentile(theirs, 0.99),
    )
    yield compared("update(), p99, against a millisecond", percentile(ours, 0.99), 0.001)
    loads = [_load_s(tool) for tool in catalogue.list_tool_ids()]
    yield compared("opening one tool, p50, against reading all", percentile(loads, 0.5), sum(loads))
    yield compared("importing the catalogue, with 24 tools against none", _import_s(), _import_s(read="ids"))


def _answers() -> tuple[list[float], list[float]]:
    form = forms.open_form(
        _long_tool(), catalogue.load_area().rules_for("long"), ScoringContext(on=date(2026, 3, 5))
    )
    response: dict[str, Any] = {"resourceType": "QuestionnaireResponse", "item": []}
    rules = [
        fhirpathpy.compile(f"item.where(linkId = 'q{number - 5}').answer.value.exists()") for number in _RULES
    ]
    ours: list[float] = []
    theirs: list[float] = []
    for number in range(_ITEMS):
        started = time.thread_time()
        form = forms.update(form, forms.AnswerEntered(f"q{number}", Answered("yes"))).form
        ours.append(time.thread_time() - started)
        response["item"].append({"linkId": f"q{number}", "answer": [{"valueString": "yes"}]})
        if number % 10 == 0:
            started = time.thread_time()
            shown = [bool(rule(response)[0]) for rule in rules]
            theirs.append(time.thread_time() - started)
            assert len(shown) == len(_RULES)
    return ours, theirs


def _load_s(tool: str) -> float:
    catalogue.load_tool.cache_clear()
    started = time.perf_counter()
    catalogue.load_tool(tool)
    return time.perf_counter() - started


def _import_s(read: str = "") -> float:
    """Start-up of the catalogue in a fresh process, in the median of five."""
    code = "import time; s = time.perf_counter(); from assessments.definitions import catalogue; "
    code += "catalogue.list_tool_ids(); " if read else ""
    code += "print(time.perf_counter() - s)"
    times = [float(subprocess.check_output([sys.executable, "-c", code])) for _ in range(5)]
    return percentile(times, 0.5)


def _opened_by(number: int) -> str:
    return f'enable_when = {{ all = [{{ item = "q{number}", op = "exists", value = true }}] }}'


def _long_tool() -> Instrument:
    questions = "".join(
        f"""
[[group.item]]
link_id = "q{number}"
type = "choice"
text = "Question {number}?"
options = "yes-no"
states = ["asked-unknown"]
{_opened_by(number - 5) if number % 10 == 9 else ""}
"""
        for number in range(_ITEMS)
    )
    text = f"""
[instrument]
id = "long"
version = "1.0.0"
title = "Long"
kind = "risk"
subject = "adult"
purpose = "To be measured."
not_for = ["Anyone."]
roles = ["midwife"]
training = "None."
minutes = [1, 2]
reading_age = 9
licence = "Original."
means = "Nothing."
does_not_mean = "Anything."
[[source]]
id = "s"
text = "Made to be measured."
[option_sets]
yes-no = [{{ code = "yes", text = "Yes" }}, {{ code = "no", text = "No" }}]
[[group]]
link_id = "g"
text = "All"
pages = "each"
source = "s"
{questions}"""
    tool, faults = read_tool(text)
    assert tool is not None, faults
    return tool
