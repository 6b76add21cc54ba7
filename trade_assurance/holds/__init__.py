"""Holds: the money of a trade's milestones: fund, freeze, release, refund, payouts. Labelled `ta_holds`."""
