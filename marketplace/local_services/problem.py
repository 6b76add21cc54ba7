"""The one error of the launcher: what went wrong and the way out, for a person at a terminal."""


class LocalServiceProblem(Exception):
    """Shown without a traceback: a sentence, and what to do."""

    def __init__(self, sentence: str, way_out: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.way_out = way_out

    def __str__(self) -> str:
        return f"{self.sentence}\n{self.way_out}".strip()
