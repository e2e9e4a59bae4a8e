"""The training caseload: invented households that show what Wren is for.

Everyone here is invented; surnames are plainly artificial. Each file is a visit in the form that
`wren visit` plays, without assessments: those are for the person who trains to make.
"""

import json
from importlib.resources import files

from app.core.cases.case_service import CaseService
from app.visit_file.importer import import_visit, read_visit_file


def import_training_households(desk: CaseService) -> None:
    """Keep every training household. Blocking. Each time anew: ids are new."""
    for seed in sorted(files("app.visit_file.training").iterdir(), key=lambda file: file.name):
        if seed.name.endswith(".json"):
            given = json.loads(seed.read_text(encoding="utf-8"))
            import_visit(desk, read_visit_file(given, lambda error: error.code))
