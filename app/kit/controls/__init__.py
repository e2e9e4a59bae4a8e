"""Controls that every page is built of: text, buttons, cards, lists, status and the page frame."""
