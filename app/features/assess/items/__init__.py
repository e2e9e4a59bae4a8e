"""How each kind of question is shown and answered.

    question    one item: its heading, its prompt, its control, the ways of not answering
    bound       an item with its entry and the ways to change it
    options     choices, ticks and the ladder
    writing     text, dates, times and numbers
    words       exact words, each line with where it came from
    people      people placed on a map, by tapping
    drawing     a paper to draw on
    rows        a group that is filled once for each adult, each row by itself
    absent      "Not known", "Not now", "Not asked because"
    written     reading what a person typed: a day, a time, a whole number

None of it knows which tool it serves, and none chooses for anyone: nothing is chosen to begin with.
Letters that are no answer yet (a line without its origin, half a date) are held, and shown again.
"""
