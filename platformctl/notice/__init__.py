"""When a change of colour is worth telling somebody, and what is told. Pure: state in, state and messages out."""
