"""How it plays out: one table of rules, two engines, one log."""

from sim.engine.run import available_engines, engine_for, kernel_fault, play

__all__ = ["available_engines", "engine_for", "kernel_fault", "play"]
