"""Trade Assurance: four Django apps that hold a trade's money until the goods are right.

`ledger` keeps the books, `payments` speaks with providers, `holds` decides about milestones' money,
`disputes` about what the two sides do not agree on. Imports point down: disputes > holds > (ledger | payments).
"""
