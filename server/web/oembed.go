package web

import (
	"context"
	"fmt"
	"html"
	"net/url"
	"strings"

	"parley/room"
)

const (
	oembedWidth, oembedHeight = 960, 640
	// oembedAge is how long others may keep an answer, in seconds: a link may be
	// revoked.
	oembedAge = 3600
)

type oembedIn struct {
	URL       string `query:"url" required:"true" maxLength:"500" doc:"a link that only watches"`
	Format    string `query:"format" default:"json" maxLength:"20" doc:"json, and no other"`
	MaxWidth  int    `query:"maxwidth" minimum:"1" maximum:"100000"`
	MaxHeight int    `query:"maxheight" minimum:"1" maximum:"100000"`
}

// OEmbed is an answer of oEmbed 1.0, type rich. Its title says nothing of the
// deal: a preview is read by whoever is in the chat.
type OEmbed struct {
	Version      string `json:"version" enum:"1.0"`
	Type         string `json:"type" enum:"rich"`
	Title        string `json:"title"`
	ProviderName string `json:"provider_name"`
	ProviderURL  string `json:"provider_url" format:"uri"`
	Width        int    `json:"width"`
	Height       int    `json:"height"`
	HTML         string `json:"html"`
	CacheAge     int    `json:"cache_age"`
}

type oembedOut struct{ Body OEmbed }

// oembed tells a site how to show a shared link: as a plain frame. A link that is
// revoked, unknown, of a side, behind a door, or of a workspace that nobody may
// frame is nothing.
func (s *server) oembed(ctx context.Context, in *oembedIn) (*oembedOut, error) {
	if in.Format != "json" {
		return nil, &room.Error{Code: codeFormat, Field: "format", Message: "format must be json: there is no other"}
	}
	token, ok := strings.CutPrefix(in.URL, s.PublicURL+"/s/")
	token, _, _ = strings.Cut(token, "/")
	token, _, _ = strings.Cut(token, "?")
	if !ok || token == "" {
		return nil, errNotHere
	}
	link, err := s.Store.LinkByToken(ctx, token)
	if err != nil {
		return nil, hidden(err)
	}
	origins, err := s.Store.FrameOrigins(ctx, link.Room)
	if err != nil {
		return nil, err
	}
	if !link.Watching() || link.Closed() || len(origins) == 0 {
		return nil, errNotHere
	}
	width, height := within(oembedWidth, in.MaxWidth), within(oembedHeight, in.MaxHeight)
	return &oembedOut{Body: OEmbed{
		Version: "1.0", Type: "rich", Title: "Shared plan", ProviderName: "Parley", ProviderURL: s.PublicURL,
		Width: width, Height: height, CacheAge: oembedAge, HTML: shareFrame(s.PublicURL+"/e/s/"+token, width, height),
	}}, nil
}

// oembedOf is where a site that was given the address of a shared page asks.
func (s *server) oembedOf(in wayIn) string {
	page := strings.TrimSuffix(in.base, "/")
	if !in.live || in.link.Closed() || !strings.HasPrefix(page, "/s/") {
		return ""
	}
	return s.PublicURL + "/oembed?url=" + url.QueryEscape(s.PublicURL+page)
}

func within(size, most int) int {
	if most > 0 && most < size {
		return most
	}
	return size
}

// shareFrame is the frame of a shared link, without a script.
func shareFrame(src string, width, height int) string {
	return fmt.Sprintf(`<iframe src="%s" title="Shared plan" width="%d" height="%d" loading="lazy" style="border:0" `+
		`sandbox="allow-scripts allow-same-origin allow-forms allow-popups"></iframe>`, html.EscapeString(src), width, height)
}
