"""What a picture is made from: a family of shapes, colours, a seed.

Owns the recipe's shape. Must not draw.
"""

from dataclasses import dataclass

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class PictureRecipe:
    """Everything a picture depends on; the same recipe and angle give the same bytes.

    `colours` are "#rrggbb"; each family says how many it uses and what for. `kind` chooses within
    a family (a grain of rice or a cherry); `label` is printed on sacks, bottles and cartons.
    """

    family: str
    colours: tuple[str, ...] = ()
    kind: str = ""
    label: str = ""
    ground: str = "paper"
    seed: int = 1

    def colour(self, position: int, default: str) -> Colour:
        """Return the colour at this position, or the family's default."""
        return hex_colour(self.colours[position] if position < len(self.colours) else default)


def hex_colour(text: str) -> Colour:
    """Return (red, green, blue) of "#rrggbb"."""
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """Return `one` moved towards `other` by a share between 0 and 1."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue
