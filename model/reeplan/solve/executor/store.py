"""What a run was answered so far, on disk: an answer is there as soon as it is known, and never asked for again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reeplan.solve.executor import answers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from reeplan.solve.questions import Question


class AnswerStore:
    """A folder with one file per answer, named by the fingerprint of its question.

    Answers are dataclasses of plain values; the question's ``answer_type`` says which. ``run`` is the fingerprint of
    what the run was asked for: an answer to another run is none to this one (None: of any run). ``retry_limits``:
    answers that more time might improve (their ``settled`` is False) are to be asked for again.
    """

    def __init__(self, folder: Path, run: str | None = "", *, retry_limits: bool = False) -> None:
        self._folder, self._run, self.retry_limits = folder, run, retry_limits

    def __len__(self) -> int:
        return sum(1 for _ in answers.named(self._folder))

    def find(self, fingerprint: str, question: Question) -> Any:
        """The answer kept for a question; None if there is none, or it cannot be read."""
        return self._read(self._file(fingerprint), question.answer_type)

    def keep(self, fingerprint: str, answer: Any) -> None:
        """Keep an answer; the file appears whole or not at all."""
        self._folder.mkdir(parents=True, exist_ok=True)
        answers.write(self._file(fingerprint), self._run or "", _name(type(answer)), answer)

    def every(self, kind: type[Any]) -> Iterator[Any]:
        """Every answer of a kind that can be read, in no order."""
        read = (self._read(file, kind) for file in answers.named(self._folder))
        return (answer for answer in read if answer is not None)

    def _read(self, file: Path, kind: type[Any]) -> Any:
        found = answers.read(file, self._run, kind)
        return None if found is None or found[0] != _name(kind) else found[1]

    def _file(self, fingerprint: str) -> Path:
        return self._folder / f"{fingerprint}{answers.ENDING}"


def _name(kind: type[Any]) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"
