package redis

import (
	"time"

	goredis "github.com/redis/go-redis/v9"
)

// reportEvery is how often the receivers are told of losses while the inbox stays
// full: each report makes them read the log.
const reportEvery = 100 * time.Millisecond

// take hands a message to the worker, or notes that it was lost. It is all that
// the receiving goroutine does with a message.
func (l *lane) take(m *goredis.Message) {
	select {
	case l.inbox <- m:
		return
	default:
	}
	l.broker.metrics.overflows.Inc()
	l.mu.Lock()
	if t := l.topics[m.Channel]; t != nil {
		l.lossy[t] = struct{}{}
	}
	l.mu.Unlock()
	signal(l.look)
}

// work calls the receivers, in the order of arrival.
func (l *lane) work() {
	defer l.done.Done()
	var reported time.Time
	for {
		select {
		case <-l.broker.ctx.Done():
			return
		case m := <-l.inbox:
			l.deliver(m)
		case <-l.look:
			if since := time.Since(reported); since < reportEvery && len(l.inbox) > 0 {
				l.deliver(<-l.inbox)
				signal(l.look)
				continue
			}
			reported = time.Now()
			l.reportLosses()
		}
	}
}

func (l *lane) deliver(m *goredis.Message) {
	l.mu.Lock()
	t := l.topics[m.Channel]
	var receivers []*subscription
	if t != nil {
		receivers = t.receivers
	}
	l.mu.Unlock()
	if len(receivers) == 0 {
		return
	}
	message, whole := opened(m.Payload)
	for _, s := range receivers {
		if whole {
			s.receiver.Receive(message)
		} else {
			s.receiver.Lost()
		}
	}
}

// reportLosses tells the receivers of what was dropped or not subscribed to.
func (l *lane) reportLosses() {
	l.mu.Lock()
	var receivers []*subscription
	for t := range l.lossy {
		receivers = append(receivers, t.receivers...)
	}
	clear(l.lossy)
	l.mu.Unlock()
	for _, s := range receivers {
		s.receiver.Lost()
	}
}
