package redis

// ChannelOf returns the channel that carries topic.
func ChannelOf(topic string) string {
	_, channel := (&Broker{}).route(topic)
	return channel
}

// Idle reports whether nothing waits to be sent.
func (b *Broker) Idle() bool {
	for _, l := range b.lanes {
		l.out.mu.Lock()
		draining := l.out.draining
		l.out.mu.Unlock()
		if draining {
			return false
		}
	}
	return true
}
