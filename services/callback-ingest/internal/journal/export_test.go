package journal

// Waiting is how many notices are queued behind the present write.
func (c *Committer) Waiting() int { return len(c.queue) }
