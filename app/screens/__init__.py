"""The pages of Wren, one file each: a function of the model and what can be done.

    start       opening, trouble with the store, setting up
    unlock      the passphrase
    today       what to go on with, and every household with what has been heard of each child
    household   its children first, each by themselves; then its adults
    add_household, pick, assess, check, finished, record, outbox

Beside them: `page` (the frame with what every page has), `days` (ages, days and hours in words),
`spoken` (answers in words) and `people` (what is said of a person). A page knows no storage and no
wire, keeps nothing of its own beyond what is typed into it, and holds no sentence: words are in
`assets/strings` and in the tools.

    today(model, actions)
"""
