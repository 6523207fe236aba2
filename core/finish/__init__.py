"""Finishing: smooth a decoded motion, hold its root and keep its feet where they stand."""
