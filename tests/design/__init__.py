"""Tests of the look: the vocabulary renders, and the rules of the style sheets hold."""
