"""Windows by the hundred: the program holds those that bind, all others are asked whether they keep a plan."""
