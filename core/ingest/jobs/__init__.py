"""Files on their way into a collection: the queue, the child process and its limits."""
