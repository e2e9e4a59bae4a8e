"""FHIR system URLs, codes, and the rules for FHIR strings that export and import share."""

import re
import unicodedata
from collections.abc import Collection
from typing import Any

Json = dict[str, Any]

# Addresses only name things here and are never fetched. ".example" is kept free for that (RFC 2606);
# an organisation that publishes its tools puts its own address in front.
WREN_URL = "https://wren.example/fhir"
CODE_SYSTEM_URL = f"{WREN_URL}/CodeSystem"
WREN_STRUCTURE_URL = f"{WREN_URL}/StructureDefinition"
HL7_STRUCTURE_URL = "http://hl7.org/fhir/StructureDefinition"
SDC_STRUCTURE_URL = "http://hl7.org/fhir/uv/sdc/StructureDefinition"

ABSENT_REASON_SYSTEM = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
ABSENT_REASON_URL = f"{HL7_STRUCTURE_URL}/data-absent-reason"
ENABLE_WHEN_EXPRESSION_URL = f"{SDC_STRUCTURE_URL}/sdc-questionnaire-enableWhenExpression"
ANSWER_STATE_URL = f"{WREN_STRUCTURE_URL}/answer-state"

# The state of an item without an answer, in the words of data-absent-reason (R4 value set).
ABSENT_REASON_CODES = {
    "asked-unknown": "asked-unknown",
    "asked-declined": "asked-declined",
    "child-pass": "asked-declined",
    "not-asked": "not-asked",
    "not-applicable": "not-applicable",
    "observed-instead": "not-asked",
}

_FORBIDDEN_CHARACTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_CODE = re.compile(r"[^\s]+(\s[^\s]+)*")
_MAX_CODE_LENGTH = 60


def extension(url: str, *parts: Json, **value: Any) -> Json:
    """One extension: a value, or parts that are extensions themselves."""
    return {"url": url, **({"extension": list(parts)} if parts else value)}


def fhir_string(words: str) -> str:
    """Words as a FHIR string: a character that none may hold becomes U+FFFD."""
    return _FORBIDDEN_CHARACTERS.sub("\ufffd", words)


def is_fhir_string(words: str) -> bool:
    """Whether words can be written as they are, and are more than white space."""
    return bool(words.strip()) and not _FORBIDDEN_CHARACTERS.search(words)


def is_fhir_code(word: str) -> bool:
    """Whether a word is a valid FHIR code."""
    return is_fhir_string(word) and bool(_CODE.fullmatch(word))


def make_code(words: str, taken: Collection[str], default: str = "item") -> str:
    """A code made from any text or foreign id, unlike all in `taken`."""
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
    plain = re.sub(r"[^a-z0-9.]+", "-", plain)
    plain = re.sub(r"[-.]*([-.])[-.]*", r"\1", plain).strip("-.")[:_MAX_CODE_LENGTH].strip("-.") or default
    code, number = plain, 1
    while code in taken:
        number += 1
        code = f"{plain}-{number}"
    return code
