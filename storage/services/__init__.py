"""What people wish of pools and volumes."""
