"""JSON as Python holds it: what is saved of answers, drafts and places."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

Json: TypeAlias = Mapping[str, "Json"] | Sequence["Json"] | str | float | bool | None
