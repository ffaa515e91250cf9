package web

import (
	"context"

	"parley/room"
)

type previewOpIn struct {
	Room string `path:"room"`
	Body JSON[PreviewBody]
}

// PreviewBody is the body of an op, of which nothing is written or counted.
type PreviewBody struct {
	Client string           `json:"client,omitempty" format:"uuid"`
	Stream room.Stream      `json:"stream" enum:"shared,seller,buyer"`
	Seq    int64            `json:"seq,omitempty" minimum:"1"`
	Base   int64            `json:"base,omitempty" minimum:"0"`
	Op     map[string]any   `json:"op,omitempty" doc:"{kind, …}; either op or ops"`
	Ops    []map[string]any `json:"ops,omitempty" minItems:"1" maxItems:"100"`
}

// Preview is what an op would change, in the streams the caller may see.
type Preview struct {
	Streams []PreviewStream `json:"streams" nullable:"false"`
	Over    map[string]Over `json:"over,omitempty" doc:"what it would replace unseen, by field"`
}

// PreviewStream is what an op would change in one stream.
type PreviewStream struct {
	Stream  room.Stream `json:"stream" enum:"shared,seller,buyer"`
	Changes []Change    `json:"changes" nullable:"false"`
}

type previewOpOut struct{ Body Preview }

func (s *server) previewOp(ctx context.Context, in *previewOpIn) (*previewOpOut, error) {
	req, grant, err := s.request(ctx, in.Room, JSON[OpsBody](in.Body), false)
	if err != nil {
		return nil, err
	}
	if err := s.takeCostly(grant); err != nil {
		return nil, err
	}
	outcome, err := s.Store.Preview(ctx, grant.Room, req)
	if err != nil {
		return nil, err
	}
	out := Preview{Streams: []PreviewStream{}, Over: oversOf(outcome.Over)}
	for _, stream := range grant.Streams() {
		if changes, ok := outcome.Changes[stream]; ok {
			out.Streams = append(out.Streams, PreviewStream{Stream: stream, Changes: changesOf(changes)})
		}
	}
	return &previewOpOut{Body: out}, nil
}
