"""How a result of theory prints itself: a title, then one figure a line."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping


class Result(ABC):
    """What every result has in common: in a notebook it reads as a small table.

    Examples
    --------
    >>> class Coin(Result):
    ...     def title(self):
    ...         return "A fair coin"
    ...
    ...     def figures(self):
    ...         return {"heads": "50 %", "tails or edge": "50 %"}
    >>> Coin()
    A fair coin
      heads          50 %
      tails or edge  50 %
    """

    @abstractmethod
    def title(self) -> str:
        """Say which model, and of what."""

    @abstractmethod
    def figures(self) -> Mapping[str, object]:
        """Give the figures to print, by the name of the field that holds the number."""

    def __repr__(self) -> str:
        figures = self.figures()
        width = max(map(len, figures))
        return "\n".join(
            [self.title(), *(f"  {name:<{width}}  {figures[name]}" for name in figures)]
        )
