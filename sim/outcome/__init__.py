"""What a run means: the metric registry, service levels, resolution, hand-overs, cost, stories."""
