"""What people look at: charts, reports and tables. It computes nothing itself."""
