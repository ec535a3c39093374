"""From ten facts that a leader knows to a desk that can be simulated.

Nobody knows their desk's ``ability`` or the part of tickets that lie in somebody's list. What people do
know (``stated``: tickets a week, heads and hours, the share that L1 solves, how long tickets take) is
held against what a desk does (``figures``), and the numbers behind it are inferred (``infer``): the
method of moments on few moments, with stated sources (``usual``) for what nobody stated. What cannot all
be true is told as that (``conflicts``), what the facts leave open with what it would change
(``left_open``). ``desk`` puts it together and writes it.
"""
