"""The device itself: the system key store, the self-test and account recovery."""
