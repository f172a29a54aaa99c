"""What other tools would say of the recorded states, by their own rules, and the page that shows it."""
