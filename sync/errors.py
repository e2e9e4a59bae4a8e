"""Errors of the exchange. None carries what was sent."""

from assessments.errors import WrenError


class Malformed(WrenError, code="malformed-body"):
    """A message does not follow the protocol."""


class BadReceipt(WrenError, code="bad-receipt"):
    """A receipt does not verify."""


class EnrolmentFailed(WrenError, code="not-introduced"):
    """Enrolment failed; `code` says why."""
