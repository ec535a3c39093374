"""The course's exercises: what is asked, what is right and why. ``check`` is the one door."""
