"""What many plans say together: for how long, how often, and since when. Time is an argument."""
