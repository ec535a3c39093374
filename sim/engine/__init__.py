"""How it plays out: one table of rules, two engines, one log."""
