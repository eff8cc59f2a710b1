"""What a caller of coordination can meet."""

from waypost.kernel.problem import Problem


class TooManyMatches(Problem):
    code, status, issue = "coordination.too-many-matches", 412, "multiple-matches"
    title = "The condition matches more than one resource."
    remedy = "Name it so that one resource at most is meant."


class ConditionUnmet(Problem):
    code, status, issue = "coordination.condition-unmet", 412, "not-found"
    title = "A conditional reference matches nothing."
    remedy = "File what is meant first, or put it into the same transaction."
