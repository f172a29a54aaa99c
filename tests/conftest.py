"""What all tests need of the process that runs them."""

import signal

# A shell that starts the tests in the background has Ctrl-C ignored, and so would every process that a test starts and
# then stops: with a handler of its own here, those begin as they would at a terminal.
signal.signal(signal.SIGINT, signal.default_int_handler)
