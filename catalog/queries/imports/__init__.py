"""What imports and exports of listings read."""
