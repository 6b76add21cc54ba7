"""Pages of payments: the payer's (`payer`), the finance desk's (`desk`) and the rehearsals' (`sandbox`)."""
