// Package redis carries messages between servers over Redis sharded pub/sub: one
// server, a master kept by sentinels, or a cluster. It implements
// [realtime.Broker]: Redis stores nothing, is never in the write path, and what
// it loses is reported so that the hub repairs it from the log.
//
// # Lanes
//
// A topic belongs to one of 64 partitions by hash. Its channel carries the
// partition as a hash tag, so that in a cluster all channels of a partition are
// on one node. Partitions share lanes, each with one subscription connection and
// one queue of what is to be published: four lanes on a single Redis, one per
// partition in a cluster.
//
// # What is lost, and who says so
//
//	a connection breaks, or a cluster's slot moves   every topic of the lane: Lost, once it is subscribed again
//	nobody takes messages fast enough                the topics concerned: Lost
//	Redis does not take what is published            a marker follows on the channel when it does: Lost at every server
//	the connection is alive and delivers nothing     the lane's probe does not come back: as for one that breaks
//
// A lane with any of these behind it is down ([Broker.Down]) until three of its
// probes have come back in a row. While it is down it publishes nothing but probes.
//
// # Goroutines
//
//	lane.run         one per lane in use; connects, sends commands, probes
//	lane.receive     one per connection; reads and hands on; no other work
//	lane.work        one per lane in use; calls the receivers
//	publisher.drain  one per lane while there is something to publish
//
// # Locks
//
// lane.mu and publisher.mu guard memory only, are never held over a write to
// Redis or a call of a receiver, and are never taken one under the other.
package redis
