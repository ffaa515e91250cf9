// Package redis carries messages between servers over Redis sharded pub/sub. It
// implements [realtime.Broker]: Redis stores nothing, is never in the write
// path, and what it loses is reported so that the hub repairs it from the log.
//
// # Lanes
//
// A topic belongs to one of 64 partitions by hash. Its channel carries the
// partition as a hash tag, so that in a cluster all channels of a partition are
// on one node. Partitions share lanes, each with one subscription connection:
// four lanes on a single Redis, one per partition in a cluster.
//
// # Goroutines
//
//	lane.receive    one per lane in use; reads, confirms, hands on; no other work
//	lane.work       one per lane; calls the receivers
//	publisher.drain one per lane while there is something to publish
//
// # Locks
//
// lane.commands, then lane.mu. The first keeps subscribe and unsubscribe in
// order and is held over a write; lane.mu guards memory only.
package redis
