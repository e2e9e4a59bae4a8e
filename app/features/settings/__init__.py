"""The device page: self-test results, damage and salvage."""
