"""What is expected to go wrong: one tree, and a code on every leaf.

RuntimeProblem
├── UsageProblem      the command line, the pictures that were named, the port
├── ModelProblem      the model folder, its labels, its signature
├── PictureProblem    one picture; collected, and the other pictures go on
├── OutputProblem     the folder for the results
└── SeveralProblems   more than one of these, found in one look
"""

from __future__ import annotations

from collections.abc import Sequence

_TITLES = {"where": "where", "expected": "expected", "found": "found", "remedy": "next step"}


class RuntimeProblem(Exception):
    """An expected failure, in the words its reader needs.

    Args:
        code: Stable, upper snake case, for tests and machines: `PICTURE_TRUNCATED`.
        what: One sentence without a full stop.
        where: A file, an option, an address: where to look.
        expected: What would have been right.
        found: What was there instead.
        remedy: The command or the edit that mends it.
    """

    def __init__(
        self,
        code: str,
        what: str,
        *,
        where: object = None,
        expected: str | None = None,
        found: str | None = None,
        remedy: str | None = None,
    ) -> None:
        super().__init__(code, what)
        self.code = code
        self.what = what
        self.facts = {
            name: str(value)
            for name, value in (
                ("where", where),
                ("expected", expected),
                ("found", found),
                ("remedy", remedy),
            )
            if value is not None
        }

    @property
    def reason(self) -> str:
        """The problem on one line, without its code and its place: for a table or a log."""
        details = [f"{name} {self.facts[name]}" for name in ("expected", "found") if name in self.facts]
        return f"{self.what} ({', '.join(details)})" if details else self.what

    def __str__(self) -> str:
        """A headline, then one indented line for each fact that is known."""
        headline = f"{self.code}: {self.what}"
        facts = [
            f"  {_TITLES[name]:<9} {_indented(self.facts[name])}" for name in _TITLES if name in self.facts
        ]
        return "\n".join([headline, *facts])


class UsageProblem(RuntimeProblem):
    """The command line asks for what cannot be: an unknown option, a picture that is not there."""


class ModelProblem(RuntimeProblem):
    """The model folder cannot be used: a file is missing, altered, or of a kind that is not supported."""


class PictureProblem(RuntimeProblem):
    """One picture cannot be read or looked at; it says nothing about the next one."""


class OutputProblem(RuntimeProblem):
    """The results cannot be written where they were asked for."""


class SeveralProblems(RuntimeProblem):
    """More than one thing is wrong, and a person who must mend three wants to hear of all three at once."""

    def __init__(self, problems: Sequence[RuntimeProblem]) -> None:
        super().__init__(problems[0].code, problems[0].what)
        self.problems = tuple(problems)

    def __str__(self) -> str:
        """Every problem in full, in the order they were found."""
        return "\n".join(str(problem) for problem in self.problems)


def raise_problems(problems: Sequence[RuntimeProblem]) -> None:
    """Raises what was found: nothing for none, the problem itself for one, `SeveralProblems` for more."""
    if len(problems) == 1:
        raise problems[0]
    if problems:
        raise SeveralProblems(problems)


def _indented(text: str) -> str:
    return text.replace("\n", "\n" + " " * 12)
