"""The page: it moves sliders and shows what study and present give."""
