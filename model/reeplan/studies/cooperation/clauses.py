"""What if one clause of the cooperation alone were different: every such variant of a case, in plain words.

A clause is something that partners negotiate or decree: who may take goods home, who may own what, whose technology
and money there is, what may be dug up. Everything else in the case stays as it is, the target too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reeplan.model.case import is_limit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from reeplan.model.case import Asset, ByYear, Case, Region

OFFTAKE, EXPORT, CEILING = "offtake for finance", "export limit", "foreign ceiling"
TECHNOLOGY, BUDGET, VENTURE = "technology transfer", "budget", "venture"
THORIUM, DEPENDENCE = "thorium limit", "dependence limit"


@dataclass(frozen=True)
class Variant:
    """The case with one clause changed. ``about`` says whose clause it is, ``change`` what is different.

    ``ease`` orders the variants of one clause, the case itself being 0: whatever can be done in one can be done, at
    the same cost, in every one of a higher number.
    """

    clause: str
    change: str
    about: str
    case: Case
    ease: int


def variants_of(case: Case) -> list[Variant]:
    """Every variant for the clauses that the case has; those that would leave it as it is are left out."""
    families = (_offtake, _exports, _ceilings, _technology, _budgets, _ventures, _thorium, _dependence)
    return [variant for family in families for variant in family(case) if variant.case != case]


# ---- how the table of prices calls them too -------------------------------------------------------


def plants_in(country: str) -> str:
    """Clauses of a country's law."""
    return f"plants in {country}"


def exports(sender: str, receiver: str) -> str:
    """Clauses between two partners."""
    return f"{sender} to {receiver}"


def reliance(partner: str, country: str) -> str:
    """Limits on what a partner takes from a country."""
    return f"{partner} on {country}"


# ---- goods ----------------------------------------------------------------------------------------


def _offtake(case: Case) -> Iterator[Variant]:
    """What a partner may take home of what its money gives; of no use where nothing is limited."""
    limited = {sender for sender, _ in case.free_offtake}
    for country in (k for k in case.partners if k in limited):

        def with_right(factor: float, country: str = country) -> Case:
            return _with_assets(
                case, lambda a: replace(a, offtake_right=factor * a.offtake_right) if a.country == country else a
            )

        about = plants_in(country)
        yield Variant(OFFTAKE, "removed: finance gives no right to goods", about, with_right(0.0), -1)
        yield Variant(OFFTAKE, "doubled: the same finance gives a right to twice the goods", about, with_right(2.0), 1)


def _exports(case: Case) -> Iterator[Variant]:
    """What may be shipped without finance. A pair without a row is not limited, so no row is no limit."""
    for pair, free in case.free_offtake.items():

        def with_free(t: ByYear, pair: tuple[str, str] = pair) -> Case:
            return replace(case, free_offtake={**case.free_offtake, pair: t})

        lifted = replace(case, free_offtake={p: t for p, t in case.free_offtake.items() if p != pair})
        about = exports(*pair)
        halted, doubled = with_free(_times(free, 0.0)), with_free(_times(free, 2.0))
        yield Variant(EXPORT, "halted: nothing is free, what finance gives a right to still goes", about, halted, -1)
        yield Variant(EXPORT, "doubled: twice as much is free", about, doubled, 1)
        yield Variant(EXPORT, "lifted: exports are free without limit", about, lifted, 2)


def _dependence(case: Case) -> Iterator[Variant]:
    for key, caps in case.dependence.items():
        doubled = {m: {year: min(1.0, 2.0 * share) for year, share in cap.items()} for m, cap in caps.items()}
        without = {other: cap for other, cap in case.dependence.items() if other != key}
        about = reliance(*key)
        twice = replace(case, dependence={**case.dependence, key: doubled})
        yield Variant(DEPENDENCE, "doubled: twice the shares, at most all of the use", about, twice, 1)
        yield Variant(DEPENDENCE, "lifted: no limit", about, replace(case, dependence=without), 2)


# ---- ownership, technology, money -------------------------------------------------------------------


def _ceilings(case: Case) -> Iterator[Variant]:
    """What the other partners together may own of new plants in a partner's country."""
    for country in case.partners:

        def with_share(change: Callable[[float], float], country: str = country) -> Case:
            return _with_assets(
                case,
                lambda a: (
                    replace(a, foreign_share_max=change(a.foreign_share_max))
                    if a.country == country and a.max_modules
                    else a
                ),
            )

        about = plants_in(country)
        closed = with_share(lambda share: 0.0)
        yield Variant(CEILING, "closed: other partners may own nothing of a new plant", about, closed, -1)
        doubled = with_share(lambda share: min(1.0, 2.0 * share))
        yield Variant(CEILING, "doubled: other partners may own twice the share, at most all", about, doubled, 1)
        lifted = with_share(lambda share: 1.0)
        yield Variant(CEILING, "lifted: other partners may own all of a new plant", about, lifted, 2)


def _technology(case: Case) -> Iterator[Variant]:
    """Whether a partner brings the technology without which a plant is not built, and the share it asks for it."""
    for partner in case.partners:

        def with_change(change: Callable[[Asset], Asset], partner: str = partner) -> Case:
            return _with_assets(case, lambda a: change(a) if a.technology_partner == partner else a)

        withdrawn = with_change(lambda a: replace(a, max_modules=0))
        yield Variant(TECHNOLOGY, "withdrawn: plants that need it are not built", partner, withdrawn, -1)
        free = with_change(lambda a: replace(a, technology_partner=None, technology_share_min=0.0))
        yield Variant(TECHNOLOGY, "given freely: anybody may build with it, no share is asked for", partner, free, 1)


def _budgets(case: Case) -> Iterator[Variant]:
    for partner in dict.fromkeys(budget.partner for budget in case.budgets):

        def times(factor: float, partner: str = partner) -> Case:
            return replace(
                case,
                budgets=[replace(b, musd=factor * b.musd) if b.partner == partner else b for b in case.budgets],
            )

        without = replace(case, budgets=[b for b in case.budgets if b.partner != partner])
        yield Variant(BUDGET, "halved", partner, times(0.5), -1)
        yield Variant(BUDGET, "doubled", partner, times(2.0), 1)
        yield Variant(BUDGET, "lifted: no limit", partner, without, 2)


def _ventures(case: Case) -> Iterator[Variant]:
    """A project is there or not; or every option of it can be had at twice its size as well, of the same ore.

    The smaller pieces stay on offer, and still only one is taken: a project that came in larger pieces alone could cost
    those whom the small piece serves, which says nothing of what more of it is worth.
    """
    for venture in dict.fromkeys(asset.venture for asset in case.assets.values() if asset.venture):
        options = [asset for asset in case.assets.values() if asset.venture == venture]
        # An option stays in the case where it cannot be taken: what partners share goes by all recipes that there are.
        gone = {a.name: replace(a, max_modules=0) for a in options}
        larger = {f"{a.name} twice": _twice(a) for a in options}
        yield Variant(VENTURE, "without it", venture, replace(case, assets={**case.assets, **gone}), -1)
        change = "doubled: twice the plant for twice the money can be had too"
        yield Variant(VENTURE, change, venture, replace(case, assets={**case.assets, **larger}), 1)


def _twice(option: Asset) -> Asset:
    size, money = 2 * option.module_t_per_year, 2 * option.module_musd
    return replace(option, name=f"{option.name} twice", module_t_per_year=size, module_musd=money)


def _thorium(case: Case) -> Iterator[Variant]:
    for name, region in case.regions.items():
        if not is_limit(region.thorium_max_t_per_year):
            continue

        def with_limit(t_per_year: float, region: Region = region) -> Case:
            changed = replace(region, thorium_max_t_per_year=t_per_year)
            return replace(case, regions={**case.regions, region.name: changed})

        doubled = with_limit(2.0 * region.thorium_max_t_per_year)
        yield Variant(THORIUM, "doubled", name, doubled, 1)
        yield Variant(THORIUM, "lifted: no limit", name, with_limit(float("inf")), 2)


def _with_assets(case: Case, change: Callable[[Asset], Asset]) -> Case:
    return replace(case, assets={name: change(asset) for name, asset in case.assets.items()})


def _times(amounts: ByYear, factor: float) -> ByYear:
    return {year: factor * amount for year, amount in amounts.items()}


# ---- what a clause does not touch -------------------------------------------------------------------


def without_idle_clauses(case: Case) -> Case:
    """The case without the clauses that bind nothing in it: two cases that are then equal have the same plans.

    A coalition often has nobody whom a clause concerns. Knowing that its program is the same, to the last number,
    says that the clause is worth exactly nothing to it; solving it again would only say so within the gap.
    """
    limited = {sender for sender, receiver in case.free_offtake if receiver in case.wacc}
    releasing = {asset.region for asset in case.assets.values() if asset.process.releases_thorium}

    def region(region: Region) -> Region:
        return region if region.name in releasing else replace(region, thorium_max_t_per_year=float("inf"))

    def asset(asset: Asset) -> Asset:
        if asset.max_modules == 0:  # nobody will ever own a part of it
            return replace(
                asset, foreign_share_max=1.0, technology_partner=None, technology_share_min=0.0, offtake_right=0.0
            )
        if asset.country not in limited:
            asset = replace(asset, offtake_right=0.0)
        if asset.country not in case.wacc or len(case.wacc) == 1:
            asset = replace(asset, foreign_share_max=1.0)
        if asset.technology_share_min == 0 or list(case.wacc) == [asset.technology_partner]:
            asset = replace(asset, technology_partner=None, technology_share_min=0.0)
        return asset

    return replace(
        case,
        regions={name: region(each) for name, each in case.regions.items()},
        assets={name: asset(each) for name, each in case.assets.items()},
    )
