"""Disputes: claim, offers, thread, evidence, decision. Labelled `ta_disputes`. The top floor of the trade."""
