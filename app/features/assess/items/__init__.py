"""Questions of an assessment: how each type of item is shown and answered.

Every control works on a `bound_item.BoundItem` alone, whatever the tool, and starts with nothing chosen.
`question` picks the control by the item's type; `drafts` holds what is typed and is no answer yet.
"""
