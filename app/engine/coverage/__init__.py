"""What of the definitions can happen, and whether it does: every verdict, branch, boundary, option and error, in memory.

``targets.py`` lists what a definition says can happen; ``walk.py`` looks for facts that make it happen; the planner is then
run on those facts and must agree. What no facts bring about is told: it is a branch that nobody ever comes to.
"""

from app.engine.coverage.measuring import Coverage, Found, measure

__all__ = ["Coverage", "Found", "measure"]
