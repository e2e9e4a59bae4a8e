"""Numbered refusals (RFC 9457), section 8 of docs/sync-protocol.md. They repeat nothing of what was sent. A
number is never given another meaning; the title is a code for programs.
"""

import json
from dataclasses import dataclass

from fastapi import Response

from assessments.errors import WrenError
from sync.protocol import PROBLEM_TYPE, PROBLEM_URN


@dataclass(frozen=True, slots=True)
class Problem:
    """A numbered refusal with its HTTP status."""

    number: int
    status: int
    title: str

    def response(self, **more: str) -> Response:
        """Make the reply; `more` are further members."""
        body = {"type": f"{PROBLEM_URN}{self.number}", "title": self.title, "status": self.status} | more
        return Response(
            json.dumps(body), self.status, media_type=PROBLEM_TYPE, headers={"cache-control": "no-store"}
        )


MALFORMED = Problem(1001, 400, "malformed-body")
UNSUPPORTED_VERSION = Problem(1002, 400, "unsupported-version")
WRONG_CONTENT_TYPE = Problem(1003, 415, "wrong-content-type")
TOO_LARGE = Problem(1004, 413, "too-large")
TOO_MANY_ITEMS = Problem(1005, 413, "too-many-items")
TOO_SLOW = Problem(1006, 408, "too-slow")
NOT_SIGNED = Problem(2001, 401, "not-signed")
BAD_SIGNATURE = Problem(2002, 401, "bad-signature")
CLOCK = Problem(2003, 401, "clock")
REPLAYED = Problem(2004, 401, "replayed")
UNKNOWN_DEVICE = Problem(2005, 401, "unknown-device")
DIGEST_MISMATCH = Problem(2006, 400, "digest-mismatch")
DEVICE_KNOWN = Problem(3001, 409, "device-known")
NO_AGENCY_KEY = Problem(3002, 409, "no-agency-key")
NO_SUCH_PATH = Problem(4004, 404, "no-such-path")
WRONG_METHOD = Problem(4005, 405, "wrong-method")
FAULT = Problem(5000, 500, "fault")
AWAY = Problem(5003, 503, "away")

PROBLEMS = tuple(value for value in tuple(vars().values()) if isinstance(value, Problem))
_BY_TITLE = {problem.title: problem for problem in PROBLEMS}


class RequestRefused(WrenError, code="refused"):
    """Ends a request with a Problem; `more` are its further members."""

    def __init__(self, problem: Problem, **more: str) -> None:
        super().__init__(problem.title)
        self.problem = problem
        self.extensions = more


def problem_for(code: str) -> Problem:
    """The problem that a code of `errors.Malformed` names."""
    return _BY_TITLE.get(code, MALFORMED)
