"""Errors of the exchange.

    WrenError
      Malformed            bytes that do not follow docs/sync-protocol.md; `code` is the title of the Problem
      BadReceipt           a receipt that the service did not sign for exactly these bytes
      EnrolmentFailed      the device could not be enrolled; `code` says why

No error carries what was sent. The numbers of Problems are in `service/problems`.

    >>> Malformed("malformed-body").code
    'malformed-body'
"""

from __future__ import annotations

from assessments.errors import WrenError


class Malformed(WrenError, code="malformed-body"):
    """A message does not follow the protocol."""


class BadReceipt(WrenError, code="bad-receipt"):
    """A receipt does not verify."""


class EnrolmentFailed(WrenError, code="not-introduced"):
    """Enrolment failed; `code` says why."""
