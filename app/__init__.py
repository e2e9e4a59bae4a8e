"""The app: its screens, what they do, and the `wren` command. The only package that imports Flet.

Its screens reach `sync` and `assessments` only through `app/core/cases/case_service.py`.
"""

VERSION = "0.1.0"
