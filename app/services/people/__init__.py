"""Synthetic people: the shape of what is known of a household, rules of coherence, and a seeded generator.

Household files (``docs/personas.md``) and generated households have one and the same shape: plain data with dates as ISO text.
"""
