"""The replay of the Northwind traders' 830 orders as a marketplace's trades, through the ordinary operations."""
