"""Static cuts of variable fonts, made once for an installation: computing one takes seconds, reading it none."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.conf import settings
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont


def static_cut(variable: Path, *, weight: float) -> Path:
    """The font at one weight (100 to 900) as a file of its own under `VAR_DIR/fonts`.

    Safe when several processes ask at once: each writes a file of its own and moves it into place. Raises
    `OSError` where the folder cannot be written.
    """
    folder = Path(settings.VAR_DIR) / "fonts"
    kept = folder / f"{variable.stem.partition('[')[0]}-{variable.stat().st_size}-{weight:g}.ttf"
    if kept.exists():
        return kept
    folder.mkdir(parents=True, exist_ok=True)
    with (
        TTFont(variable, recalcTimestamp=False, lazy=True) as font,
        tempfile.NamedTemporaryFile(dir=folder, suffix=".part", delete=False) as part,
    ):
        instantiateVariableFont(font, {"wght": weight}, inplace=True, static=True)
        font.save(part)
    return Path(part.name).replace(kept)
