"""What people see: functions that escape, mask and return; they never print."""
