"""What customs publishes (发布) in any system: a case of its own, in one of two states.

Knows the two states; refuses to know any system.
"""

from __future__ import annotations

PUBLISHED, WITHDRAWN = "已发布", "已撤回"
