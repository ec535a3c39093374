"""What it means: a registry of metrics over one run's log."""
