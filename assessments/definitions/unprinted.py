"""Base of values that never print their content."""


class Unprinted:
    """A repr with the name of the class alone; a dataclass needs `repr=False` beside it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"
