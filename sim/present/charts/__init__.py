"""One file for each family of charts; ``catalogue`` names them."""
