"""Questions of an assessment: how each type of item is shown and answered. Every control works on a
`bound_item.BoundItem` alone, whatever the tool, and starts with nothing chosen.
"""
