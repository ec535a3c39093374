"""From a real export: read, clean, replay, fit, check, and write a scenario."""
