"""What buyers are shown: the product page, lines of lists, offers side by side, binding offers for the apps above."""
