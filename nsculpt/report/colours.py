"""Colours of modules: one for a module in all pictures of a run."""

# Okabe and Ito's colours for every kind of colour vision, but for black, and for yellow, which is
# too faint for a thin line on white. Larger sets that are as well known have colours that fade on
# a white page or on a dark one, where these are all to be seen.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
# What is of no module, or of several.
GREY = "#8C8C8C"
# How much of its colour is in the filling of a module's box.
FILL = 0.13


def colour(module: int) -> str:
    """Colour of a module. Six colours take turns, so the number goes beside it.

    Args:
      module: its number; below 0 for what is of no module, or of several.

    Example:
      >>> colour(0), colour(6) == colour(0), colour(-1)
      ('#0072B2', True, '#8C8C8C')
    """
    return GREY if module < 0 else COLOURS[module % len(COLOURS)]


def light(module: int) -> str:
    """Filling of a module's box on white paper: its colour, much thinned.

    Args:
      module: as for `colour`.

    Example:
      >>> light(0)
      '#DEEDF5'
    """
    shade = colour(module)
    parts = (int(shade[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(255 - FILL * (255 - part)):02X}" for part in parts)
