"""End-to-end stories: real processes, a real database, an independent signature implementation."""
