"""Simulate a tiered IT service desk, and decide how to staff it, document it and buy it."""
