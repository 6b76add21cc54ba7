"""What asks something of somebody, or tells them something: the bell on the page and e-mail."""
