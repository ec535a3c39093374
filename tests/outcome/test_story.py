"""The stories of the six tickets that are told in ``conftest``."""

import pytest

from sim.errors import TierSimError
from sim.outcome import tell

STORIES = {
    0: """\
Ticket 0 (P1, software, phone) arrived on Mon 5 Jan at 08:10.
It came to L1; agent 0 of L1 worked on it for 10 min and solved it on Mon 5 Jan at 08:20.
It was over 10 min after it arrived.""",
    1: """\
Ticket 1 (P2, software, phone) arrived on Mon 5 Jan at 08:30.
It waited 20 min for L1; agent 1 of L1 worked on it for 10 min and could not solve it; the notes lacked the summary.
It waited 30 min for L2; agent 2 of L2 worked on it for 10 min, found no summary and asked the user to explain again.
It waited 2 h for the user. It came to L2; agent 2 of L2 worked on it for 20 min, it was parked until Mon 5 Jan at 13:00, agent 2 of L2 worked on it for 40 min and solved it on Mon 5 Jan at 13:40.
It was over 5 h 10 min after it arrived.""",
    2: """\
Ticket 2 (P2, hardware, phone) arrived on Mon 5 Jan at 16:50.
It waited 15 h 15 min for L1; agent 0 of L1 worked on it for 20 min and ran out of time; the notes lacked the reason.
It came to L2; agent 2 of L2 worked on it for 5 min, found no reason for the escalation and sent it back.
It waited 10 min for L1; agent 0 of L1 worked on it for 8 min, completed the notes and sent it up again.
It waited 12 min for L2; agent 2 of L2 worked on it for 1 h and solved it on Tue 6 Jan at 10:00.
1 d 23 h later it came back. It came to L2; agent 2 of L2 worked on it for 30 min and solved it on Thu 8 Jan at 09:30.
It was over 2 d 17 h after it arrived.""",
    3: """\
Ticket 3 (P2, software, phone) arrived on Wed 7 Jan at 10:00.
The caller hung up after 6 min.
14 min later the caller tried again. The caller hung up after 5 min.
It was abandoned on Wed 7 Jan at 10:25.""",
    4: """\
Ticket 4 (P2, software, phone) arrived on Fri 16 Jan at 16:40.
It waited 5 min for L1; agent 1 of L1 worked on it for 25 min and had to ask the user.
It still waited for the user at the end of the period.""",
}


@pytest.mark.parametrize("ticket", STORIES)
def test_a_story(six, ticket):
    """Each ticket's story says what happened, in order, with local times."""
    assert tell(six, ticket) == STORIES[ticket]


@pytest.mark.parametrize("ticket", [-1, 6])
def test_a_ticket_that_is_not_there(six, ticket):
    """A number out of range is said with the range."""
    with pytest.raises(TierSimError, match=f"no ticket {ticket}: they are numbered from 0 to 5"):
        tell(six, ticket)
