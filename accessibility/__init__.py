"""What every page must keep to: the page contract on HTML and headers, and axe-core in a browser."""
