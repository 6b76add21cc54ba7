"""What people and machines do in the random market. Each move draws its details and gives back an act, or none."""

from tests.market.moves import banks, cases, money, parts, trade
from tests.market.moves.registry import MOVES, Move

__all__ = ["MOVES", "Move", "banks", "cases", "money", "parts", "trade"]
