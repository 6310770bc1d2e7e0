"""What is told to browsers: notices of changes, and the events of the past."""
