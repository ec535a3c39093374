"""What will happen: every ticket and every visit it may make, sampled ahead of the run."""
