"""Export of the result of an assessment as FHIR Observations, and of the whole as one Bundle.

Reads a result in its plain form (`engine.scoring`) and computes nothing. What is not known is given
as components beside each count; a count without any answer has no value.
"""

from typing import Any

from assessments.casework.ids import format_utc
from assessments.casework.records import Assessment, Person
from assessments.definitions.definition import Instrument
from assessments.fhir import names as n
from assessments.fhir.response import export_patient, export_response

_OBSERVATION_STATUS = {
    "completed": "final",
    "in-progress": "preliminary",
    "stopped": "preliminary",
    "amended": "amended",
    "entered-in-error": "entered-in-error",
}
_SCALE_PARTS = ("of", "answered", "unknown", "declined", "not_asked", "not_applicable", "not_reached")


def export_observations(assessment: Assessment, instrument: Instrument) -> list[n.Json]:
    """One Observation per scale, per route and for the grade; none while there is no result."""
    result = assessment.result or {}
    found = [_scale(scale, assessment, instrument) for scale in result.get("scales", ())]
    if result.get("band"):
        concept = _concept(instrument, "bands", result["band"], result["band"])
        found.append({**_head(assessment, instrument, "band", "Band"), "valueCodeableConcept": concept})
    titles = {route.id: route.title for route in instrument.routes}
    for route in result.get("routes", ()):
        title = titles.get(route["id"], route["id"])
        found.append(
            {
                **_head(assessment, instrument, f"route-{route['id']}", title),
                "valueBoolean": bool(route["met"]),
                **_reasons(route["reasons"]),
            }
        )
    grade = result.get("grade") or {}
    if grade.get("value"):
        words = dict(instrument.grades).get(grade["value"], grade["value"])
        is_for_now = grade.get("provisional") and assessment.status == "completed"
        found.append(
            {
                **_head(assessment, instrument, "grade", "Grade"),
                # Until it is answered whether the history was seen, a grade is for now only.
                **({"status": "preliminary"} if is_for_now else {}),
                "valueCodeableConcept": _concept(instrument, "grades", grade["value"], words),
                **_reasons(grade.get("reasons", ())),
            }
        )
    return found


def export_bundle(assessment: Assessment, instrument: Instrument, subject: Person | None = None) -> n.Json:
    """A collection of the person, if given, the response and its observations."""
    resources = [export_patient(subject)] if subject is not None else []
    resources += [
        export_response(assessment, instrument).resource,
        *export_observations(assessment, instrument),
    ]
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "timestamp": format_utc(assessment.completed_at or assessment.started_at),
        "entry": [
            {"fullUrl": f"{n.WREN_URL}/{resource['resourceType']}/{resource['id']}", "resource": resource}
            for resource in resources
        ],
    }


def _concept(instrument: Instrument, kind: str, code: str, words: str) -> n.Json:
    coding = {"system": f"{n.CODE_SYSTEM_URL}/{instrument.id}-{kind}", "code": code}
    return {"coding": [coding], "text": n.fhir_string(words)}


def _head(assessment: Assessment, instrument: Instrument, code: str, title: str) -> n.Json:
    return {
        "resourceType": "Observation",
        # Letters, digits, hyphens and full stops, 64 at most; a long one keeps its distinct end.
        "id": f"{assessment.id}-{code}"[-64:].lstrip("-"),
        "status": _OBSERVATION_STATUS.get(assessment.status, "unknown"),
        "code": {
            "coding": [{"system": f"{n.CODE_SYSTEM_URL}/{instrument.id}-results", "code": code}],
            "text": n.fhir_string(title),
        },
        "subject": {"reference": f"Patient/{assessment.subject_id}"},
        "effectiveDateTime": assessment.context.on.isoformat(),
        "derivedFrom": [{"reference": f"QuestionnaireResponse/{assessment.id}"}],
    }


def _scale(scale: dict[str, Any], assessment: Assessment, instrument: Instrument) -> n.Json:
    title = next((known.title for known in instrument.scales if known.id == scale["id"]), scale["id"])
    found = _head(assessment, instrument, f"scale-{scale['id']}", title)
    if not scale["answered"]:
        found["dataAbsentReason"] = {"coding": [{"system": n.ABSENT_REASON_SYSTEM, "code": "not-performed"}]}
    elif isinstance(scale["value"], int):
        found["valueInteger"] = scale["value"]
    else:
        found["valueQuantity"] = {"value": scale["value"]}
    found["component"] = [
        {
            "code": {
                "coding": [{"system": f"{n.CODE_SYSTEM_URL}/scale-parts", "code": part.replace("_", "-")}]
            },
            "valueInteger": scale[part],
        }
        for part in _SCALE_PARTS
        if part in scale
    ]
    return found


def _reasons(reasons: Any) -> n.Json:
    notes = [{"text": n.fhir_string(reason)} for reason in reasons if reason.strip()]
    return {"note": notes} if notes else {}
