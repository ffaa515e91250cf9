package redis

import (
	"encoding/binary"
	"time"
)

const (
	// probeEvery is how often a healthy lane sends itself a probe, on the way that
	// messages go. A connection may be alive, answer pings and deliver nothing
	// (centrifugo #1189); it is found after at most probeEvery + echoWithin + doubt.
	probeEvery = 3 * time.Second
	// probeEveryDown replaces it while the lane is down.
	probeEveryDown = time.Second
	// echoWithin is how long a probe that Redis took may need to come back, and
	// doubt how much longer where this process may have been asleep itself.
	echoWithin = 2 * time.Second
	doubt      = 500 * time.Millisecond
	// echoesToTrust is how many probes in a row come back before a lane that was
	// down is trusted.
	echoesToTrust = 3
)

// prober sends probes on one connection and judges by what comes back. It is
// owned by lane.run.
type prober struct {
	lane   *lane
	timer  *time.Timer
	sent   time.Time // when the newest probe was; zero before the first
	echoed bool      // it came back, or there is none
	doubts bool      // it is late, and was given a little longer
	row    int       // probes that came back, one after the other
	falls  uint64    // of the lane when the row began
}

func newProber(l *lane) *prober {
	return &prober{lane: l, timer: time.NewTimer(probeEvery), echoed: true, falls: l.falls.Load()}
}

func (p *prober) stop() { p.timer.Stop() }

// hurry has a lane that went down probed soon.
func (p *prober) hurry() {
	if !p.lane.down.Load() || !p.echoed {
		return
	}
	if rest := probeEveryDown - time.Since(p.sent); rest > 0 {
		p.timer.Reset(rest)
		return
	}
	p.send()
}

func (p *prober) send() {
	l := p.lane
	l.probes++
	p.sent, p.echoed, p.doubts = time.Now(), false, false
	l.out.probe(l.probe, l.probes)
	if l.down.Load() {
		p.timer.Reset(probeEveryDown)
	} else {
		p.timer.Reset(echoWithin)
	}
}

// heard takes a probe that came back.
func (p *prober) heard(id uint64) {
	if id != p.lane.probes || p.echoed {
		return
	}
	p.echoed = true
	if falls := p.lane.falls.Load(); falls != p.falls {
		p.falls, p.row = falls, 0 // something failed since the row began
	}
	p.row++
	switch {
	case !p.lane.down.Load():
		p.timer.Reset(max(0, probeEvery-time.Since(p.sent)))
	case p.row < echoesToTrust:
		p.send()
	default:
		p.lane.trust()
	}
}

// due is called when the next probe is. A probe counts as lost only if Redis had
// taken it: what it did not take says nothing about the subscription.
func (p *prober) due(echoes <-chan uint64) error {
	newest := p.lane.probes
	select {
	case id := <-echoes:
		p.heard(id)
	default:
	}
	if p.lane.probes > newest {
		return nil // it came back, and another is on its way
	}
	if p.echoed {
		p.send()
		return nil
	}
	p.row = 0
	taken, waited := p.lane.out.taken.Load() >= p.lane.probes, time.Since(p.sent)
	switch {
	case !taken:
		p.lane.fall("redis: a probe was not taken; other servers read the log instead", nil)
		p.send()
	case waited < echoWithin:
		p.timer.Reset(echoWithin - waited)
	case !p.doubts:
		p.doubts = true
		p.timer.Reset(doubt)
	default:
		p.lane.broker.metrics.probeFailures.Inc()
		return errDeaf
	}
	return nil
}

// trust ends a lane's being down: its messages go out, and the receivers of
// those that did not are told.
func (l *lane) trust() {
	if l.down.Swap(false) {
		l.broker.log.Info("redis: messages arrive again")
	}
	l.out.reopen()
}

func probeMessage(id uint64) []byte { return binary.BigEndian.AppendUint64(nil, id) }

func probeID(payload string) uint64 {
	if len(payload) != 8 {
		return 0
	}
	return binary.BigEndian.Uint64([]byte(payload))
}
