"""Bills of every policy, aimed at edges: bounds, a fen beside them, caps nearly used, every flag.

`random_bill` works on any `random.Random`; `bills` is the same generator on Hypothesis' own, so that it
shrinks. How the bills of a scheme are made stands in `generators`.
"""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import strategies as st

from tests.settlement.generators import accounts, huangshi, shanxi, tianjin, ulanqab, yantai
from tests.settlement.generators.common import Recipe, account, aim_at, broken, entitle, items_for, yuan

__all__ = ["POLICIES", "YANTAI", "bills", "random_bill", "yuan"]

RECIPES: dict[str, Recipe] = {
    "yantai-employee": yantai.EMPLOYEE,
    "yantai-resident": yantai.RESIDENT,
    "ulanqab-employee": ulanqab.EMPLOYEE,
    "huangshi-employee": huangshi.EMPLOYEE,
    "tianjin-employee": tianjin.EMPLOYEE,
    "tianjin-resident": tianjin.RESIDENT,
    "shanxi-resident": shanxi.RESIDENT,
    "nanchang-account": accounts.ACCOUNT_ONLY,
    "inner-mongolia-account": accounts.ACCOUNT_ONLY,
    "beijing-account": accounts.ACCOUNT_ONLY,
}
POLICIES = tuple(RECIPES)
YANTAI = POLICIES[:2]


def bills(policy: str | None = None) -> st.SearchStrategy[dict[str, Any]]:
    """Bills of one policy, or of any."""
    policies = st.sampled_from((policy,) if policy else POLICIES)
    return st.builds(random_bill, st.randoms(use_true_random=False), policies)


def random_bill(random: Random, policy: str) -> dict[str, Any]:
    """One bill in its public JSON form; about one in ten is one that is to be refused."""
    recipe = RECIPES[policy]
    service = random.choice(recipe.services)
    aim = aim_at(random, service, recipe.edges_fen)
    bill: dict[str, Any] = {
        "policy": policy,
        "date": random.choice(recipe.days),
        "service": "inpatient" if service == yantai.LIMITED_SERVICE else service,
        "provider": recipe.provider(random, service),
        "patient": recipe.patient(random, service),
        "episode": recipe.episode(random, service),
        "items": items_for(random, service, aim, recipe),
        "year": recipe.year(random, service, aim),
        "account": account(random, aim),
    }
    entitle(random, bill, recipe.diseases)
    broken(random, bill, recipe)
    return {key: value for key, value in bill.items() if value}
