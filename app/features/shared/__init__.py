"""Parts that several features use: the page, drafts, error summary, and computed text."""
