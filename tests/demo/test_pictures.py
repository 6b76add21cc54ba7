"""Drawn pictures are the right size, differ where they should and are the same every time.

Owns the contract of `marketplace.demo.pictures`; their beauty is judged by eye.
"""

import io
import time

import pytest
from PIL import Image, ImageStat

from marketplace.demo.pictures import (
    ANGLES,
    FAMILIES,
    HEIGHT,
    PLACES,
    WIDTH,
    PictureRecipe,
    render,
    render_mark,
    render_place,
)


@pytest.mark.slow
@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_render_every_family_gives_a_picture_with_contrast(family: str) -> None:
    recipe = PictureRecipe(family=family, label="Test|one two", seed=7)
    started = time.process_time()
    image = Image.open(io.BytesIO(render(recipe, angle=0)))
    assert time.process_time() - started < 5, "far from a second for each picture"
    assert (image.format, image.size) == ("JPEG", (WIDTH, HEIGHT))
    assert min(ImageStat.Stat(image.convert("L")).stddev) > 12, "nearly one grey"


@pytest.mark.slow
@pytest.mark.parametrize("family", ["heap", "bottles", "towels"])
def test_render_angles_differ(family: str) -> None:
    recipe = PictureRecipe(family=family, seed=7)
    assert len({render(recipe, angle=angle) for angle in range(ANGLES)}) == ANGLES


@pytest.mark.slow
def test_render_same_recipe_gives_same_bytes_and_other_seed_other_bytes() -> None:
    recipe = PictureRecipe(family="crate", kind="orange", colours=("#e8871e",), seed=3)
    assert render(recipe, angle=0) == render(recipe, angle=0)
    assert render(recipe, angle=0) != render(
        PictureRecipe(family="crate", kind="orange", colours=("#e8871e",), seed=4), angle=0
    )


def test_render_unknown_family_or_angle_is_refused() -> None:
    with pytest.raises(ValueError, match="no family of pictures is called 'teapot'"):
        render(PictureRecipe(family="teapot"), angle=0)
    with pytest.raises(ValueError, match="there are 2 angles"):
        render(PictureRecipe(family="crate"), angle=2)


@pytest.mark.slow
@pytest.mark.parametrize("kind", sorted(PLACES))
def test_render_place_is_wide_and_deterministic(kind: str) -> None:
    data = render_place(kind, seed=5)
    assert Image.open(io.BytesIO(data)).size == (1200, 675)
    assert data == render_place(kind, seed=5)


def test_render_mark_is_square_and_differs_by_name() -> None:
    data = render_mark("Sierra Verde", seed=2)
    image = Image.open(io.BytesIO(data))
    assert (image.format, image.size) == ("PNG", (320, 320))
    assert data != render_mark("Song Hau", seed=2)
