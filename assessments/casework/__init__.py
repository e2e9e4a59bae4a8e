"""Rules over records of people, visits and incidents: pure functions, without storage or screen."""
