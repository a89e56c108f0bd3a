"""Host code: from the masks of a sparse layered network to its modules and their hierarchy."""

from nsculpt.analysis import other_clusterings as _registers_them  # noqa: F401
from nsculpt.analysis.pipeline import analyze
from nsculpt.analysis.result import Analysis

__all__ = ["Analysis", "analyze"]
