"""From a real export: read, clean, fit, check, and write a scenario."""
