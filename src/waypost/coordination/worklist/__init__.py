"""The worklist: every open Task, in an order that explains itself, and the acts on it.

What the order needs stands in the projection `coordination_work`; what the clock adds (late, due today, in the
building) is computed when it is read.
"""
