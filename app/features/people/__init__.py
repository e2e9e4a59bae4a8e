"""The people of a household: details, relationships, addresses, links and withheld information."""
