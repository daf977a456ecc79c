"""What keeps a request from being answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reeplan.inputs.rows import Loaded


class UserInputError(Exception):
    """What was asked cannot be done as asked; nothing was solved or written.

    ``loaded`` holds the problems where the tables are to blame.
    """

    def __init__(self, message: str, hint: str = "", loaded: Loaded | None = None) -> None:
        super().__init__(message)
        self.message, self.hint, self.loaded = message, hint, loaded
