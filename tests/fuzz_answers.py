"""Spoil the stored answers of stopped runs in thousands of ways and hold the reading of them to its word.

Each try damages what a run has stored: flipped bits, files cut short, swapped, renamed or of another run, and what is
no file at all. Whatever was done,

- an answer that is read is, to the last digit, the one that was given to this question of this run;
- every answer that was left alone is read, and every other one is counted as unreadable, once;
- the run can be resumed, says how many are solved again, and ends with the front of one that nobody disturbed;
- nothing ends in a traceback, and nothing hangs.

``python tests/fuzz_answers.py --tries 20000`` prints what was tried and what was found. Every so often
(``--whole-every``) the run is resumed by the command itself; all other tries read the stored answers alone.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from conftest import TOWN_AND_PORT
from fuzz_reader import HANG_S, HungError, time_limit
from reeplan.outputs.asked import FINGERPRINT, RECORD
from reeplan.outputs.run_folder import JOURNAL, read_manifest, unfinished_place
from reeplan.solve.executor import AnswerStore, answers
from reeplan.solve.questions import Question
from solved import rows_of, write_rows
from solved import run_for_tables as run_command
from support import write_case

FRONT, STUDY = "solve", "alternatives"
OPTIONS: dict[str, list[object]] = {
    FRONT: ["--points", 5, "--workers", 1],
    STUDY: ["--target", 0.6, "--plans", 1, "--slack", 0.02, "--workers", 1],
}
TABLE = {FRONT: "front.csv", STUDY: "near_optimal.csv"}
"""What is compared in the end."""


# ---- stopped runs ---------------------------------------------------------------------------------


@dataclass
class Stopped:
    """A run that broke off with answers stored, and the same run as nobody disturbed it."""

    command: str
    place: Path
    calm: str
    kept: dict[str, Any] = field(default_factory=dict)
    """What it was answered, by the fingerprint of the question."""

    @property
    def journal(self) -> Path:
        return unfinished_place(self.place) / JOURNAL

    @property
    def run(self) -> str:
        return str(read_manifest(unfinished_place(self.place))[FINGERPRINT])

    def files(self) -> dict[str, bytes]:
        """Every stored answer, by the name of its file."""
        return {path.name: path.read_bytes() for path in sorted(self.journal.glob(f"*{answers.ENDING}"))}


def outcome_of(run: Path, command: str) -> str:
    """The table that is compared, without what took how long."""
    text = (run / TABLE[command]).read_text(encoding="utf-8-sig")
    lines = [line.split(",") for line in text.splitlines()]
    kept = [position for position, name in enumerate(lines[0]) if "seconds" not in name]
    return "\n".join(",".join(line[position] for position in kept) for line in lines)


def stopped(command: str, case: Path, place: Path, after: int) -> Stopped:
    """Solve the case twice: in peace, and broken off after so many answers."""
    peace = place.with_name(f"{place.name}-in-peace")
    result = run_command(command, case, *OPTIONS[command], "--out", peace)
    assert result.exit_code == 0, result.output
    broken = Stopped(command, place, outcome_of(peace, command))
    keep = AnswerStore.keep

    def keeping(store: AnswerStore, fingerprint: str, answer: Any) -> None:
        keep(store, fingerprint, answer)
        broken.kept[fingerprint] = answer
        if len(broken.kept) == after:
            raise OSError("broken off")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(AnswerStore, "keep", keeping)
        result = run_command(command, case, *OPTIONS[command], "--out", place)
    assert result.exit_code == 4, result.output
    return broken


def all_stopped(place: Path) -> list[Stopped]:
    """A front and a study of the small case, and the front of one that differs in a price."""
    case = write_case(place / "case", TOWN_AND_PORT)
    other = write_case(place / "other", TOWN_AND_PORT)
    write_rows(other, "suppliers", [row | {"price_usd_per_t": "31000"} for row in rows_of(other, "suppliers")])
    return [
        stopped(FRONT, case, place / "front", 5),
        stopped(STUDY, case, place / "study", 9),
        stopped(FRONT, other, place / "front-of-another", 5),
    ]


# ---- damage ---------------------------------------------------------------------------------------

Damage = Callable[[Path, random.Random, Stopped, Sequence[Stopped]], str]
"""Damages a journal's folder and says how."""

DAMAGES: dict[str, Damage] = {}


def damage(function: Damage) -> Damage:
    """One way to damage a journal."""
    DAMAGES[function.__name__] = function
    return function


def _one(journal: Path, pick: random.Random) -> Path:
    """An answer, or where one would be."""
    found = [path for path in sorted(journal.glob(f"*{answers.ENDING}")) if _is_small(path)]
    return pick.choice(found) if found else journal / f"0000{answers.ENDING}"


def _is_small(path: Path) -> bool:
    return path.is_file() and path.stat().st_size < 1 << 30


def _changed(path: Path, change: Callable[[bytearray], bytes | bytearray]) -> str:
    data = bytearray(path.read_bytes()) if _is_small(path) else bytearray()
    _replaced(path, lambda: path.write_bytes(change(data)))
    return path.name


def _replaced(path: Path, make: Callable[[], object]) -> str:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    make()
    return path.name


@damage
def one_bit(journal: Path, pick: random.Random, of: Stopped, others: Sequence[Stopped]) -> str:
    def flip(data: bytearray) -> bytearray:
        if data:
            data[pick.randrange(len(data))] ^= 1 << pick.randrange(8)
        return data

    return _changed(_one(journal, pick), flip)


@damage
def several_bytes(journal: Path, pick: random.Random, of: Stopped, others: Sequence[Stopped]) -> str:
    def spoil(data: bytearray) -> bytearray:
        for _ in range(pick.randint(1, 9) if data else 0):
            data[pick.randrange(len(data))] = pick.randrange(256)
        return data

    return _changed(_one(journal, pick), spoil)


@damage
def cut_short(journal: Path, pick: random.Random, of: Stopped, others: Sequence[Stopped]) -> str:
    return _changed(_one(journal, pick), lambda data: data[: pick.randrange(len(data) + 1)])


@damage
def lengthened(journal: Path, pick: random.Random, of: Stopped, others: Sequence[Stopped]) -> str:
    return _changed(_one(journal, pick), lambda data: data + pick.randbytes(pick.randint(1, 40)))


@damage
def other_content(journal: Path, pick: random.Random, of: Stopped, others: Sequence[Stopped]) -> str:
    contents = [b"", b"what is this?", b"PK\x03\x04" + bytes(40), answers.MAGIC, b"\x80\x04K\x01.", pick.randbytes(90)]
    return _changed(_one(journal, pick), lambda _: pick.choice(contents))


@damage
def swapped(journal: Path, pick: random.Random, of: Stopped, others: Sequence[Stopped]) -> str:
    one, two = _one(journal, pick), _one(journal, pick)
    if not (one.is_file() and two.is_file()):
        return "nothing"
    first, second = one.read_bytes(), two.read_bytes()
    _changed(one, lambda _: second)
    return f"{one.name} and {_changed(two, lambda _: first)}"


@damage
def one_over_another(journal: Path, pick: random.Random, of: Stopped, others: Sequence[Stopped]) -> str:
    one, two = _one(journal, pick), _one(journal, pick)
    return _changed(one, lambda data: two.read_bytes() if _is_small(two) else data)


@damage
def renamed(journal: Path, pick: random.Random, of: Stopped, others: Sequence[Stopped]) -> str:
    one = _one(journal, pick)
    name = pick.choice(["0042", "notes", "²", "00", f"{'f' * 64}", f"{'9' * 200}", "-1", " ", "\udcff"])
    if one.is_file():
        one.rename(one.with_name(f"{name}{answers.ENDING}"))
    return f"{one.name} to {name!r}"


@damage
def gone(journal: Path, pick: random.Random, of: Stopped, others: Sequence[Stopped]) -> str:
    return _replaced(_one(journal, pick), lambda: None)


@damage
def from_another_run(journal: Path, pick: random.Random, of: Stopped, others: Sequence[Stopped]) -> str:
    """In place of an answer of the same name, or beside them."""
    name, data = pick.choice(list(pick.choice(others).files().items()))
    place = journal / name
    return _replaced(place, lambda: place.write_bytes(data))


@damage
def no_file(journal: Path, pick: random.Random, of: Stopped, others: Sequence[Stopped]) -> str:
    one = _one(journal, pick)
    kinds: dict[str, Callable[[], object]] = {
        "a folder": one.mkdir,
        "a pipe": lambda: os.mkfifo(one),
        "a link to itself": lambda: one.symlink_to(one.name),
        "a link to nothing": lambda: one.symlink_to("nowhere"),
        "a link to a device": lambda: one.symlink_to("/dev/zero"),
        "a link to a folder": lambda: one.symlink_to("/"),
        "a huge empty file": lambda: _huge(one),
    }
    kind = pick.choice(list(kinds))
    return f"{_replaced(one, kinds[kind])}, {kind}"


def _huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(1 << 36)


@damage
def link_to_what_it_was(journal: Path, pick: random.Random, of: Stopped, others: Sequence[Stopped]) -> str:
    one = _one(journal, pick)
    original = of.journal / one.relative_to(journal)
    return _replaced(one, lambda: one.symlink_to(original))


@damage
def closed(journal: Path, pick: random.Random, of: Stopped, others: Sequence[Stopped]) -> str:
    one = _one(journal, pick)
    if one.is_file() and not one.is_symlink():
        one.chmod(0)
    return one.name


@damage
def folder_is_none(journal: Path, pick: random.Random, of: Stopped, others: Sequence[Stopped]) -> str:
    """Something else where a folder of answers is, or left behind by a run that was killed."""
    place = journal
    kinds: dict[str, Callable[[], object]] = {
        "a file": lambda: place.write_text("text"),
        "a link to nothing": lambda: place.symlink_to("nowhere"),
        "a pipe": lambda: os.mkfifo(place),
    }
    if pick.random() < 0.5 and journal.is_dir():
        (journal / ".0123456789abcdef.tmp").write_bytes(b"half")
        return "a draft left behind"
    kind = pick.choice(list(kinds))
    return f"{_replaced(place, kinds[kind])}, {kind}"


@damage
def record_spoilt(journal: Path, pick: random.Random, of: Stopped, others: Sequence[Stopped]) -> str:
    """What the run was asked for cannot be read; its fingerprint in the manifest can."""
    if pick.random() < 0.3:
        return _replaced(journal / RECORD, lambda: None)
    return _changed(journal / RECORD, lambda data: data[: pick.randrange(len(data) + 1)])


class Asked(Question):
    """Any question whose answer is of a kind."""

    def __init__(self, kind: type[Any]) -> None:
        self.answer_type = kind  # type: ignore[misc]


# ---- judging --------------------------------------------------------------------------------------


def _same(one: Any, other: Any) -> bool:
    """To the last digit, arrays too: what is not a number equals itself here."""
    return answers.msgspec.msgpack.encode(one, enc_hook=answers._plain_from) == answers.msgspec.msgpack.encode(
        other, enc_hook=answers._plain_from
    )


def _left(journal: Path, of: Stopped) -> tuple[set[str], int]:
    """The answers that were left alone, and how many other things are named like one."""
    original = of.files()
    left, others = set(), 0
    if not journal.is_dir():
        return left, int(os.path.lexists(journal))
    for path in journal.glob(f"[!.]*{answers.ENDING}"):
        try:
            whole = _is_small(path) and original.get(path.name) == path.read_bytes()
        except OSError:
            whole = False
        left |= {path.name} if whole else set()
        others += not whole
    return left, others


def judge_reading(journal: Path, of: Stopped, sifted: bool) -> str:
    """What is wrong with what is read from a damaged journal, or nothing."""
    left, others = _left(journal, of)
    if sifted:
        found = answers.set_aside_unreadable(journal, of.run)
        if found != others:
            return f"{others} answers are damaged, and {found} were counted"
    store = AnswerStore(journal, of.run)
    for fingerprint, given in of.kept.items():
        answer = store.find(fingerprint, Asked(type(given)))
        if answer is not None and not _same(answer, given):
            return f"a wrong answer instead of {given}"
        if (answer is not None) != (f"{fingerprint}{answers.ENDING}" in left):
            return f"the answer {given} was {'read' if answer is not None else 'lost'}"
    return _judge_writing(of, store) if sifted else ""


def _judge_writing(of: Stopped, store: AnswerStore) -> str:
    """New answers find a place."""
    for fingerprint, given in of.kept.items():
        store.keep(fingerprint, given)
        if store.find(fingerprint, Asked(type(given))) is None:
            return "a new answer is not found again"
    return ""


def judge_resuming(place: Path, of: Stopped) -> str:
    """What is wrong with the run that is resumed from a damaged journal, or nothing."""
    _, others = _left(unfinished_place(place) / JOURNAL, of)
    result = run_command(of.command, "--resume", place)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        return "".join(traceback.format_exception(result.exception))
    if result.exit_code != 0:
        return f"exit code {result.exit_code}: {result.output[-600:]}"
    if outcome_of(place, of.command) != of.calm:
        return "the resumed run came out otherwise"
    said = result.stderr.count("could not be read")
    told = f"warning {others} stored answer" in result.stderr
    return "" if said == bool(others) and told == bool(others) else f"{others} are damaged: {result.stderr[:300]}"


@dataclass(frozen=True)
class Finding:
    """A promise broken: by which damage to which run."""

    kinds: str
    command: str
    detail: str
    complaint: str


@dataclass
class Tally:
    """What was tried and what came of it."""

    tried: Counter[str] = field(default_factory=Counter)
    resumed: int = 0
    findings: list[Finding] = field(default_factory=list)
    seconds: float = 0.0


def fuzz(runs: Sequence[Stopped], tries: int, seed: int, whole_every: int, kinds: Sequence[str] = ()) -> Tally:
    """Try so many times; every kind of damage gets its turn, alone or with up to two others."""
    pick, tally, began = random.Random(seed), Tally(), time.perf_counter()
    kinds = list(kinds or DAMAGES)
    for number in range(tries):
        of = runs[number // len(kinds) % 2]
        chosen = [kinds[number % len(kinds)], *pick.choices(kinds, k=pick.choice([0, 0, 1, 2]))]
        whole = whole_every > 0 and number % whole_every == whole_every - 1
        complaint, details = _tried(of, [run for run in runs if run is not of], chosen, pick, whole)
        tally.tried.update(chosen)
        tally.resumed += whole
        if complaint:
            tally.findings.append(Finding(" + ".join(chosen), of.command, "; ".join(details), complaint))
    tally.seconds = time.perf_counter() - began
    return tally


def _tried(
    of: Stopped, others: Sequence[Stopped], chosen: Sequence[str], pick: random.Random, whole: bool
) -> tuple[str, list[str]]:
    details: list[str] = []
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch) / "run"
        if whole:
            shutil.copytree(unfinished_place(of.place), unfinished_place(place))
            journal = unfinished_place(place) / JOURNAL
        else:
            journal = place / JOURNAL
            shutil.copytree(of.journal, journal)
        try:
            with time_limit(HANG_S * (6 if whole else 1)):
                details += [DAMAGES[kind](journal, pick, of, others) for kind in chosen if journal.is_dir()]
                sifted = pick.random() < 0.7 or not journal.is_dir()
                complaint = judge_resuming(place, of) if whole else judge_reading(journal, of, sifted)
        except HungError:
            complaint = "hangs"
        except Exception:
            complaint = traceback.format_exc(limit=-4)
    return complaint, details


def main(arguments: Sequence[str]) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="Spoil stored answers and see that none is misread.")
    parser.add_argument("--tries", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--whole-every", type=int, default=200, help="resume the run itself so often; 0: never")
    parser.add_argument("--kind", action="append", default=[], choices=sorted(DAMAGES))
    parser.add_argument("--show", type=int, default=30, help="how many findings to print")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as place:
        tally = fuzz(all_stopped(Path(place)), options.tries, options.seed, options.whole_every, options.kind)
    for kind, number in sorted(tally.tried.items()):
        print(f"{kind:24}{number:>8}")
    found = len(tally.findings)
    print(f"\n{options.tries} tries, {tally.resumed} runs resumed: {found} findings, {tally.seconds:.0f} s")
    for finding in tally.findings[: options.show]:
        print(f"\n{finding.kinds} of {finding.command}, {finding.detail}\n    {finding.complaint}")
    return 1 if tally.findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
