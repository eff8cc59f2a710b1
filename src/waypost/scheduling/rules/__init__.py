"""Pure: values in, values out. Templates, occupied time, status, and the finder."""
