"""Simple FHIRPath is followed by what it means; the rest is refused by name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.fhir.importing.expressions import AllOf, AnyOf, Comparison, ExpressionReader, negate
from assessments.fhir.importing.fhirpath import UnsupportedExpression
from assessments.fhir.importing.path_targets import Outline

ORDINAL = "extension.where(url='http://hl7.org/fhir/StructureDefinition/ordinalValue').valueDecimal"
FORM = ExpressionReader(
    Outline({"": ("a", "g"), "g": ("b", "c")}),
    {
        "q1": f"%resource.item.where(linkId='a').answer.valueCoding.{ORDINAL}",
        "q2": "%resource.item.where(linkId='g').item.where(linkId='c').answer.value.ordinal()",
        "z": "%z + 1",
        "has-fever": "%resource.descendants().where(linkId='a').answer.value",
    },
)


def item(link_id: str) -> str:
    return f"%resource.item.where(linkId='{link_id}').answer"


@pytest.mark.parametrize(
    ("expression", "rule"),
    [
        (f"{item('a')}.value = true", Comparison("a", "=", "value", True)),
        ("%has-fever", Comparison("a", "=", "value", True)),
        (f"{item('a')}.value", Comparison("a", "=", "value", True)),
        (f"{item('a')}.value.not()", Comparison("a", "!=", "value", True)),
        (f"3 < {item('b')}.valueInteger", Comparison("b", ">", "value", 3)),
        (f"{item('a')}.value.code ~ 'x'", Comparison("a", "=", "code", "x")),
        (f"{item('a')}.value.ordinal() >= 2", Comparison("a", ">=", "weight", 2)),
        (f"{item('a')}.exists().not()", Comparison("a", "exists", "exists", False)),
        (f"{item('a')}.empty()", Comparison("a", "exists", "exists", False)),
        (f"{item('a')}.count() > 0", Comparison("a", "exists", "exists", True)),
        (f"{item('a')}.value.where(code = 'x').exists()", AllOf((Comparison("a", "=", "code", "x"),))),
        (
            "item.where(linkId = 'a' and answer.value = 3).exists()",
            AllOf((Comparison("a", "=", "value", 3),)),
        ),
        (
            f"{item('a')}.value.code in ('x' | 'y')",
            AnyOf((Comparison("a", "=", "code", "x"), Comparison("a", "=", "code", "y"))),
        ),
        (f"iif({item('b')}.value > @2026-01-31, true, false)", Comparison("b", ">", "value", "2026-01-31")),
    ],
)
def test_a_rule_is_followed(expression: str, rule: object) -> None:
    assert FORM.read_rule(expression) == rule


@pytest.mark.parametrize(
    ("expression", "link_ids"),
    [
        ("%q1 + %q2", ("a", "c")),
        ("iif(%q1.exists(), %q1, 0) + iif(%q2.empty(), 0, %q2)", ("a", "c")),
        (
            "%resource.item.where(linkId='g').item.answer.value.ordinal().aggregate($this + $total, 0)",
            ("b", "c"),
        ),
        ("%resource.item.where(linkId='g').item.answer.select(value.weight()).sum()", ("b", "c")),
        ("%resource.repeat(item).where(linkId.startsWith('b') or linkId='c').answer.value.sum()", ("b", "c")),
    ],
)
def test_a_sum_is_followed(expression: str, link_ids: tuple[str, ...]) -> None:
    assert FORM.read_sum(expression) == link_ids


@pytest.mark.parametrize(
    "expression",
    ["", "a.b(((", "'a", "today() > 3", "%z", "%q1 * 2", "1", f"{item('gone')}.value = true", "x > 3 junk"],
)
def test_what_goes_further_is_refused(expression: str) -> None:
    for read in (FORM.read_rule, FORM.read_sum):
        with pytest.raises(UnsupportedExpression):
            read(expression)


def test_the_opposite_of_a_rule_twice_is_the_rule() -> None:
    rule = AllOf(
        (
            Comparison("a", "=", "value", 1),
            AnyOf((Comparison("b", ">", "value", 2), Comparison("c", "exists", "exists", True))),
        )
    )
    assert negate(negate(rule)) == rule


@given(st.text(alphabet="ab%.()'=><| linkId,where\"\\{}@1", max_size=40))
def test_no_text_at_all_breaks_the_reader(text: str) -> None:
    try:
        found: object = FORM.read_rule(text)
    except UnsupportedExpression as reason:
        found = reason.part
    assert found
