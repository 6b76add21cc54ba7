"""Pay-in and pay-out providers, their webhooks and what they answered. Books nothing: holds does, on its events."""
