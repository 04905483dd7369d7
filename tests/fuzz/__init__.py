"""Hostile bytes: any bytes give keys plus a verdict, or HiveError."""
