"""The user-interface kit: controls, form fields, drawing, theme, messages and logs.

Every row is at least 56 px and all text 16 sp. The kit imports no feature and no storage, and holds no
sentence: words come from `app.kit.messages`, everything else from the screen that uses it.
"""
