"""Account recovery at the service: requests, approvals by two people, and the escrow keys."""
