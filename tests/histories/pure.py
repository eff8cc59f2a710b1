"""The engine of the rules without a database: the same pure parts, in the same order, over a dictionary."""

from waypost.coordination.worklist import reading
from waypost.coordination.worklist.kinds import Outcome
from waypost.coordination.worklist.rules import settling
from waypost.coordination.worklist.rules.answering import InForce, ask
from waypost.coordination.worklist.rules.shapes import Facts, key_of
from waypost.coordination.worklist.rules.table import RULES, code_of

from .world import TYPES, ZONE, World

TENANT = 1
IN_FORCE = tuple(InForce(rule, rule.defaults()) for rule in RULES)
SEEN = ("requested", "accepted", "on-hold", "draft", "received", "ready", "in-progress", "rejected")


class Engine:
    """`tasks` are those that rules made, by id; `looks` when to look at a patient again."""

    def __init__(self, world: World):
        self.world = world
        self.tasks = {who: {} for who in world.held}
        self.looks = {}

    def facts(self, who, tasks):
        kinds = {}
        for (kind, _), resource in sorted(self.world.held[who].items()):
            kinds.setdefault(kind, []).append(resource)
        open_ones = [t for t in tasks.values() if t["status"] in SEEN]
        kinds["Task"] = [*kinds.get("Task", ()), *open_ones]
        return Facts(self.world.now, ZONE, kinds["Patient"][0], kinds, TYPES)

    def look(self, who):
        """Look at one patient as the engine does; return the Tasks that were filed."""
        facts = self.facts(who, self.tasks[who])
        answers = ask(facts, IN_FORCE)
        assert not answers.failures, answers.failures
        wanted = settling.wanted(TENANT, who, facts, answers)
        standing = {t["id"]: t for t in facts.all("Task") if t["status"] in reading.OPEN or t["status"] == "rejected"}
        standing |= {id_: self.tasks[who][id_] for id_ in wanted if id_ in self.tasks[who]}
        made = settling.settle(facts, answers, wanted, standing)
        for task in made:
            self.tasks[who][task["id"]] = task
        self.looks.pop(who, None)
        if answers.again:
            assert answers.again > self.world.now
            self.looks[who] = answers.again
        return made

    def due(self):
        return sorted(who for who, at in self.looks.items() if at <= self.world.now)

    def standing(self, who):
        """Return what is open by rules and what a person has ended, as (rule, fact)."""
        return {
            "open": {(code_of(t), key_of(t)) for t in self.tasks[who].values() if t["status"] in reading.OPEN},
            "ended": {(code_of(t), key_of(t)) for t in self.tasks[who].values() if t["status"] == "completed"},
        }

    def rebuilt(self, who):
        """Return the open Tasks of a patient as a rules engine makes them that knows of none before, but what people ended."""
        facts = self.facts(who, {})
        answers = ask(facts, IN_FORCE)
        wanted = settling.wanted(TENANT, who, facts, answers)
        kept = {id_: t for id_, t in self.tasks[who].items() if t["status"] == "completed"}
        made = settling.settle(facts, answers, wanted, {id_: kept[id_] for id_ in wanted if id_ in kept})
        return {t["id"]: said_of(t) for t in made}

    def a_person_acts(self, who, rng):
        """Somebody completes, puts off, hands over or takes a Task."""
        open_ones = [t for t in self.tasks[who].values() if t["status"] in reading.OPEN]
        if not open_ones:
            return
        task = rng.choice(sorted(open_ones, key=lambda t: t["id"]))
        now = self.world.now
        self.tasks[who][task["id"]] = rng.choice((
            lambda: reading.ended(task, Outcome("done", "Done"), "", now), lambda: reading.owned(task, "kim", "Kim"),
            lambda: reading.pooled(task, "desk", "Front desk"), lambda: reading.snoozed(task, now, "waits"),
        ))()  # fmt: skip


def said_of(task):
    """Return what a rule says in a Task: all but who has it and when it was written."""
    return {name: task.get(name) for name in ("description", "reasonCode", "restriction", "priority", "focus", "code", "identifier", "instantiatesUri")}
