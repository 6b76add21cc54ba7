"""Pages of payments: the payer's (`payer`) and the finance desk's (`desk`)."""
