"""Where usage rows come from; every source gives one checked usage table."""
