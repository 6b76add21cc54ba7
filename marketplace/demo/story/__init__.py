"""The demo story: invented people who trade here, told through operations only, ending at this moment.

Owns the scripts of the trades and the stage they are played on. Writes no row by itself; knows no page.
"""

from marketplace.demo.story.loading import Mark, Told, mark, tell_story

__all__ = ["Mark", "Told", "mark", "tell_story"]
