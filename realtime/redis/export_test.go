package redis

// ChannelOf returns the channel that carries topic.
func ChannelOf(topic string) string {
	_, channel := (&Broker{}).route(topic)
	return channel
}

// Drain returns when nothing is being sent at present.
func (b *Broker) Drain() {
	for _, l := range b.lanes {
		l.out.done.Wait()
	}
}
