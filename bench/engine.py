"""One answer through the engine, against the 10 ms that a frame at 100 Hz leaves."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date

from assessments import catalogue
from assessments.engine import form as forms
from assessments.engine.answers import Answered
from assessments.engine.scoring import Context
from assessments.tool_file import read_tool
from bench.row import Row, compared, percentile

FRAME_S = 0.010
_ITEMS = 200


def rows() -> Iterator[Row]:
    form = forms.begin(_long_tool(), catalogue.load_area().rules_for("long"), Context(on=date(2026, 3, 5)))
    times = []
    for turn in range(10):
        for number in range(_ITEMS):
            value = "yes" if (turn + number) % 2 else "no"
            started = time.perf_counter()
            form = forms.update(form, forms.Entered(f"q{number}", Answered(value))).form
            times.append(time.perf_counter() - started)
    yield compared(f"update() with {_ITEMS} items, p50, against a frame", percentile(times, 0.5), FRAME_S)
    yield compared(f"update() with {_ITEMS} items, p99, against a frame", percentile(times, 0.99), FRAME_S)
    started = time.perf_counter()
    result = form.result
    yield compared("a whole result, against a frame", time.perf_counter() - started, FRAME_S)
    assert result is not None


def _opened_by(number: int) -> str:
    return f'enable_when = {{ all = [{{ item = "q{number}", op = "exists", value = true }}] }}'


def _long_tool() -> forms.Instrument:
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
