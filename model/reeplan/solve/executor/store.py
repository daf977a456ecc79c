"""What a study was answered so far, on disk: an answer is there as soon as it is known, and never asked for again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reeplan.solve.executor import answers

if TYPE_CHECKING:
    from pathlib import Path


class AnswerStore:
    """A folder with one file per answer, named by the fingerprint of its question.

    Answers are dataclasses of plain values; the question's ``answer_type`` says which. ``run`` is the fingerprint of
    what the run was asked for: an answer to another run is none to this one. ``retry_limits``: answers that more time
    might improve (their ``settled`` is False) are asked for again.
    """

    def __init__(self, folder: Path, run: str = "", *, retry_limits: bool = False) -> None:
        self._folder, self._run, self._retry_limits = folder, run, retry_limits

    def __len__(self) -> int:
        return sum(1 for _ in answers.named(self._folder))

    def find(self, fingerprint: str, question: Any) -> Any:
        """The answer noted for a question; None if there is none, or it cannot be read."""
        if not hasattr(question, "answer_type"):
            return None
        found = answers.read(self._file(fingerprint), self._run, question.answer_type)
        if found is None or found[0] != fingerprint:
            return None
        return None if self._retry_limits and not getattr(found[1], "settled", True) else found[1]

    def note(self, fingerprint: str, question: Any, answer: Any) -> None:
        """Keep an answer that is worth keeping; the file appears whole or not at all."""
        if not hasattr(question, "answer_type") or not getattr(answer, "final", True):
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        answers.write(self._file(fingerprint), self._run, fingerprint, answer)

    def _file(self, fingerprint: str) -> Path:
        return self._folder / f"{fingerprint}{answers.ENDING}"
