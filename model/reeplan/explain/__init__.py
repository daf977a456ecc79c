"""Why no plan exists: arithmetic, the smallest conflicting set of rules, the smallest changes that would do."""

from reeplan.explain.explanation import Explanation, explain, not_explained

__all__ = ["Explanation", "explain", "not_explained"]
