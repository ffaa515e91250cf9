package realtime

import (
	"log/slog"

	"parley/room"
)

// publish brings what a writer committed to the other servers.
func (r *liveRoom) publish(epoch room.Epoch, commits []fresh) {
	for _, f := range commits {
		r.hub.publish(r.id, commitsMessage(r.hub.server, f.stream, epoch, f.batch))
	}
}

// Receive implements [Receiver].
func (r *liveRoom) Receive(message []byte) {
	kind, server, rest, err := splitMessage(message)
	if err == nil && server == r.hub.server {
		return
	}
	if err == nil {
		switch kind {
		case messageCommits:
			err = r.receiveCommits(rest)
		case messagePresence:
			err = r.presence.receive(server, rest)
		case messageQuery:
			r.presence.answerQuery(server)
		case messageRecheck:
			r.recheck.start(r.hub)
		default: // of a newer server; what it means is in the log as well
		}
	}
	if err != nil {
		r.hub.options.Log.Warn("a broker message", slog.String("room", string(r.id)), slog.Any("error", err))
	}
}

func (r *liveRoom) receiveCommits(rest []byte) error {
	stream, epoch, b, err := commitsOf(rest)
	if err != nil {
		return err
	}
	r.take(r.channels[streamIndex(stream)], epoch, b)
	return nil
}

// Lost implements [Receiver].
func (r *liveRoom) Lost() {
	r.hub.metrics.gaps.WithLabelValues("broker").Inc()
	r.hub.suspects.add(r)
}
