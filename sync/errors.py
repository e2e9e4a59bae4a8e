"""Refusals of the wire, and of the two ends of it.

    WrenError
      Malformed            bytes that do not follow docs/sync-protocol.md; `code` is the word for it there
      BadReceipt           a receipt that is not the service's word on these bytes
      NotIntroduced        enrolment did not come about; `code` says why

No error carries what was sent. Numbers of problems live in `service/problems`.

    >>> Malformed("malformed-body").code
    'malformed-body'
"""

from __future__ import annotations

from assessments.errors import WrenError


class Malformed(WrenError):
    code = "malformed-body"


class BadReceipt(WrenError):
    code = "bad-receipt"


class EnrolmentFailed(WrenError):
    code = "not-introduced"
