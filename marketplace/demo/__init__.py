"""The demo story: the topmost app. Loads companies, products and a trade through the ordinary operations."""
