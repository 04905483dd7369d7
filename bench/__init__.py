"""Measures HiveGuard beside other hive readers; `python -m bench` writes docs/bench.md."""
