"""What is being done: jobs that survive brokers, workers and nodes."""
