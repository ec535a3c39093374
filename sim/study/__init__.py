"""How sure we are: replications, intervals, paired comparison and verdicts."""
