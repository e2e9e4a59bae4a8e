"""The parts that every screen is built of.

    calm       nothing that breaks in a handler or a drawing reaches the person as an exception
    touch      the one way to make something tappable
    steady     keeping letters and places while a page is drawn again
    writing    title, heading, text, quiet
    buttons    primary, secondary, quiet, back, cover
    choices    radio rows, tick rows, the ladder
    fields     text field, text area, passphrase
    problems   the error summary and the line beside the answer
    paper      a drawing to look at
    hand       what a pointer does on a paper
    drawing_pad  a paper to draw on
    lists      tasks and their status, answers and Change
    cards      card, person, number to call, nothing here yet
    states     saved, waiting, sent, offline
    frame      the page around all of it

All rows are 56 px and all text is 16 sp or more. None of it knows a word that is shown, a person
or a tool: words come from `app.kit.messages`, the rest from the screen.
"""
