"""How the property tests of this folder draw a desk, in one place."""

from hypothesis import strategies as st

from sim.theory import Load

LEAST_UTILISATION, MOST_UTILISATION = 0.05, 0.97


def _desk(staff: int, utilisation: float, work_min: int) -> Load:
    work_h = work_min / 60
    return Load(rate_per_h=utilisation * staff / work_h, work_h=work_h, staff=staff)


# A Load drawn by type is a desk that settles: 1 to 60 agents, handle times of 1 min to 4 h.
st.register_type_strategy(
    Load,
    st.builds(
        _desk,
        staff=st.integers(1, 60),
        utilisation=st.floats(LEAST_UTILISATION, MOST_UTILISATION),
        work_min=st.integers(1, 240),
    ),
)
