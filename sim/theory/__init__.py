"""What must come out: queueing formulas, and where each applies."""
