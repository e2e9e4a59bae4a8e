"""What the pure flows `update(state, event) -> (state, effects)` are made of, where they hold data."""

from dataclasses import dataclass, field
from typing import dataclass_transform


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
class Message:
    """An event or effect with data, or a state. Subclasses are frozen dataclasses that print no value."""

    def __init_subclass__(cls) -> None:
        dataclass(frozen=True, repr=False)(cls)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"
