"""Rules of one visit: which children it must account for, when it may be closed, what is counted."""
