"""One input at a time, at its low and at its high: what each does by itself, largest first."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from reeplan.studies.sensitivity.outputs import Band, Correction, FutureOutput, Told, band_of
from reeplan.tolerances import ROUNDING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reeplan.studies.sensitivity.inputs import Input

STAGE = "one at a time"


def tornado_rows(
    inputs: Sequence[Input], told: Sequence[Told], outputs: Iterable[FutureOutput], correction: Correction | None
) -> list[dict[str, Any]]:
    """One row for each input and output: the output at low, as stated and at high.

    ``swing`` is high less low, ``span`` the most that any two of the three differ by; ``within_gap`` says that the
    three are indistinguishable, as each plan may be that far from the best. A decision that nothing changes has no row.
    """
    tried = [one for one in told if one.future.stage == STAGE]
    if len(tried) < 2:  # nothing, or only the case as stated
        return []
    base, rest = tried[0], tried[1:]
    rows = []
    for number, output in enumerate(outputs):
        block = [
            _row(one, output, (low, base, high), correction)
            for one, low, high in zip(inputs, rest[0::2], rest[1::2], strict=True)
        ]
        if output.name.startswith("built: ") and not any(row["span"] > 0 for row in block):
            continue
        block.sort(key=lambda row: -row["span"] if math.isfinite(row["span"]) else math.inf)
        rows += [{**row, "order": number} for row in block]
    return [{name: cell for name, cell in row.items() if name != "order"} for row in rows]


def _row(
    one: Input, output: FutureOutput, three: tuple[Told, Told, Told], correction: Correction | None
) -> dict[str, Any]:
    low, base, high = (math.nan if told.answer is None else output.value(told.answer) for told in three)
    bands = [band_of(output, told, correction) for told in three]
    swing = swing_band(bands[0], bands[2])
    known = [value for value in (low, base, high) if math.isfinite(value)]
    span = max(known) - min(known) if len(known) > 1 else math.nan
    if span <= ROUNDING * max(map(abs, known), default=0.0):
        span = 0.0
    return {
        "input": one.name,
        "low": one.low,
        "high": one.high,
        "unit_of_input": one.unit,
        "output": output.name,
        "unit": output.unit,
        "at_low": low,
        "at_base": base,
        "at_high": high,
        "swing": high - low,
        "swing_least": swing[0],
        "swing_most": swing[1],
        "span": span,
        "within_gap": indistinct(bands),
        "divisible": any(told.divisible for told in three),
        "status_at_low": three[0].status,
        "status_at_high": three[2].status,
    }


def swing_band(low: Band | None, high: Band | None) -> Band:
    """Between which values the true swing lies; not a number where that is not known.

    >>> swing_band((9.0, 10.0), (14.0, 16.0))
    (4.0, 7.0)
    """
    if low is None or high is None:
        return math.nan, math.nan
    return high[0] - low[1], high[1] - low[0]


def indistinct(bands: Sequence[Band | None]) -> bool | None:
    """Whether all bands have a value in common, so that nothing need differ; None where a band is not known.

    >>> indistinct([(9.0, 10.0), (9.5, 11.0), (9.9, 12.0)]), indistinct([(9.0, 10.0), (10.5, 11.0)])
    (True, False)
    """
    known = [band for band in bands if band is not None]
    if len(known) < len(bands):
        return None
    return max(band[0] for band in known) <= min(band[1] for band in known)
