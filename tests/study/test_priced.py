"""Which tiers count as free, and what states their price."""

import pytest

import sim
from sim.study.claims import told
from sim.study.priced import unpriced, unpriced_notices


def bought(**terms):
    """Return the base with a provider at L3, and no other change."""
    return sim.example("l3-outsourced").with_(
        {f"tiers.L3.provider.{name}": value for name, value in terms.items()}, name="Bought"
    )


def test_a_provider_is_paid_by_its_own_terms():
    """What people would cost pays no provider; the note asks for its price."""
    free = bought(price=0, retainer=0).with_({"tiers.L3.cost": 60}, name="Bought")
    assert unpriced(free) == ("L3",)
    (note,) = unpriced_notices([free])
    assert "`tiers.L3.provider.price`, per ticket" in note
    assert "tiers.L3.cost" not in note
    assert unpriced(bought(price=80, retainer=0)) == ()
    assert unpriced(bought(price=0, retainer=900)) == ()


@pytest.mark.parametrize("count", [2, 4, 5])
def test_every_option_that_cannot_cope_is_named(count):
    """Whom the answer leaves out would be taken for one that copes."""
    base = sim.example("in-house-desk").with_(
        {"period.length": "4 weeks", "period.warm_up": "1 week"}, name="Base"
    )
    names = [f"Too much {n}" for n in range(count)]
    study = sim.compare(
        [
            base.with_({"demand.volume": f"{2000 + n} / week"}, name=name)
            for n, name in enumerate(names)
        ],
        replications=2,
        curves=False,
    )
    found = told(study)
    named = {
        claim.of[0] for claim in (*found.headline, *found.because) if claim.kind == "cannot cope"
    }
    assert named == set(names)
