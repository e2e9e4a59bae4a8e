"""The screens. The only room that knows Flet.

It asks `sync` and `assessments` for everything else, and only through `app/core/cases/case_service.py`.
"""

VERSION = "0.1.0"
