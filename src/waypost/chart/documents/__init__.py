"""Documents: taken in, looked at, filed in a chart, split and joined. The paper itself is a Binary."""
