"""Static cuts of variable fonts: made once, whole, and of the weight asked for."""

from importlib.resources import files
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from marketplace.core.fonts import static_cut

VARIABLE = Path(str(files("fontpkg_noto_sans").joinpath("files/NotoSans[wdth,wght].ttf")))


@pytest.mark.slow
def test_a_cut_is_made_once_and_holds_one_weight() -> None:
    cut = static_cut(VARIABLE, weight=650)
    made = cut.stat().st_mtime_ns
    assert static_cut(VARIABLE, weight=650) == cut
    assert cut.stat().st_mtime_ns == made
    with TTFont(cut, lazy=True) as bold, TTFont(VARIABLE, lazy=True) as regular:
        assert "fvar" not in bold
        assert bold["hmtx"]["m"] > regular["hmtx"]["m"]  # bolder is wider
