"""Pages for people: each is one file that loads nothing, runs no script, and shows what hosts wrote as text only."""
