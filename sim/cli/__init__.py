"""The command line: it reads arguments, asks the rooms, and prints what they say."""
