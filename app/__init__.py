"""Hitomado: a simulator of Japan's My Number one-stop procedures."""
