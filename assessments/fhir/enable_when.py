"""Export of rules: enableWhen where FHIR can say it, else an SDC enableWhenExpression in FHIRPath.

enableWhen cannot test the state of an answer, nor mix all and any. `importing.expressions` reads the
FHIRPath back.
"""

import re
from collections.abc import Callable
from typing import Any

from assessments.definitions.definition import Condition, Item, When
from assessments.fhir.names import ANSWER_STATE_URL, ENABLE_WHEN_EXPRESSION_URL, Json, extension

_DAY = re.compile(r"^\d{4}-\d{2}-\d{2}$")
CodingLookup = Callable[[Item, str], Json]


def export_enable_when(
    when: When, items: dict[str, Item], foreign: dict[str, str], coding: CodingLookup
) -> Json:
    """The parts of a FHIR item that carry a rule; empty for an empty rule.

    `foreign` gives the linkId of an item by its link_id, `coding` the coding of an option.
    """
    conditions = (*when.all, *when.any)
    if not conditions:
        return {}
    if (when.all and when.any) or any(condition.op == "state" for condition in conditions):
        expression = {"language": "text/fhirpath", "expression": when_to_fhirpath(when, foreign, items)}
        return {"extension": [extension(ENABLE_WHEN_EXPRESSION_URL, valueExpression=expression)]}
    parts: Json = {"enableWhen": [_condition(c, items[c.item], foreign, coding) for c in conditions]}
    if len(conditions) > 1:
        parts["enableBehavior"] = "all" if when.all else "any"
    return parts


def _condition(condition: Condition, item: Item, foreign: dict[str, str], coding: CodingLookup) -> Json:
    question = {"question": foreign.get(condition.item, condition.item), "operator": condition.op}
    return {**question, **_answer(condition, item, coding)}


def _answer(condition: Condition, item: Item, coding: CodingLookup) -> Json:
    value = condition.value
    if isinstance(value, bool):
        return {"answerBoolean": value}
    if item.type in ("choice", "choices"):
        return {"answerCoding": coding(item, str(value))}
    if item.type == "decimal" or isinstance(value, float):
        return {"answerDecimal": value}
    if item.type == "integer" or isinstance(value, int):
        return {"answerInteger": value}
    if item.type == "date" and _DAY.match(str(value)):
        return {"answerDate": value}
    return {"answerTime" if item.type == "time" else "answerString": value}


def when_to_fhirpath(when: When, foreign: dict[str, str], items: dict[str, Item]) -> str:
    """A whole rule as FHIRPath."""

    def said(condition: Condition) -> str:
        return condition_to_fhirpath(condition, foreign, items)

    every, some = [said(c) for c in when.all], [said(c) for c in when.any]
    if some:
        one_of = " or ".join(some)
        every.append(f"({one_of})" if every and len(some) > 1 else one_of)
    return " and ".join(every)


def condition_to_fhirpath(
    condition: Condition, foreign: dict[str, str] | None = None, items: dict[str, Item] | None = None
) -> str:
    """One condition as FHIRPath, with the meaning that `engine.enablement.condition_holds` gives it."""
    link_id = (foreign or {}).get(condition.item, condition.item)
    answer = f"%resource.descendants().where(linkId={_literal(link_id)}).answer"
    if condition.op == "state":
        return _state(answer, str(condition.value))
    if condition.op == "exists":
        return f"{answer}.value.exists()" + ("" if condition.value else ".not()")
    item = (items or {}).get(condition.item)
    value, wanted = "value", condition.value
    if item is not None and item.type in ("choice", "choices"):
        option = item.option(str(wanted))
        value = "value.code"
        wanted = option.coding.partition("|")[2] if option and option.coding else wanted
    return f"{answer}.where({value} {condition.op} {_literal(wanted)}).exists()"


def _state(answer: str, state: str) -> str:
    if state == "answered":
        return f"{answer}.value.exists()"
    if state == "not-reached":
        return f"{answer}.exists().not()"
    return f"{answer}.where(extension('{ANSWER_STATE_URL}').value = {_literal(state)}).exists()"


def _literal(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if _DAY.match(str(value)):
        return f"@{value}"
    escaped = str(value).replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
