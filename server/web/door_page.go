package web

import (
	"bytes"
	"html/template"
	"net/http"

	"parley/room"
	"parley/server/watch"
)

// doorPage is what a link that asks for something shows before it opens. It has
// the colour of who shares, and says nothing of the room: previews and scanners
// see it, and who was sent the link by mistake.
func (s *server) doorPage(w http.ResponseWriter, r *http.Request, link room.Link) {
	b, err := s.watched.brand(r.Context(), link.Workspace)
	if err != nil {
		s.fault(w, r, err)
		return
	}
	d := doorData{
		Version: s.assets.version, Accent: accentHref(b.Accent), Card: s.neutralCard(),
		Name: link.Door.AtLeast(room.DoorName) && link.Participant == "", Email: link.Door.AtLeast(room.DoorEmail),
		Password: link.PasswordHash != "", Code: link.Door.AtLeast(room.DoorVerified), Request: link.Door == room.DoorNamed,
	}
	var page bytes.Buffer
	if err := door.Execute(&page, d); err != nil {
		panic(err) // the template is a constant, writing to memory
	}
	h := w.Header()
	h.Set("Content-Type", htmlType)
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", s.pagePolicy())
	_, _ = w.Write(page.Bytes()) // a lost connection has no reader
}

type doorData struct {
	Version, Accent                      string
	Card                                 *watch.Card
	Name, Email, Password, Code, Request bool
}

// door is the page; its script sends what is typed, fields are there or not.
var door = template.Must(template.New("door").Parse(`<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex, nofollow">
<title>Shared plan · Parley</title>
{{.Card.Tags}}
<link rel="icon" href="/favicon.ico" type="image/svg+xml">
<link rel="stylesheet" href="/assets/{{.Version}}/door.css">
{{- with .Accent}}
<link rel="stylesheet" href="{{.}}">
{{- end}}
<script type="module" src="/assets/{{.Version}}/door.js"></script>
</head>
<body>
<main class="door">
<p class="mark" aria-hidden="true"><i></i><i></i></p>
<h1>Somebody shared a plan with you</h1>
<form id="door"{{if .Code}} data-code{{end}} novalidate>
<p class="lead">{{if .Code}}Say who you are. A code goes to your e-mail address.{{else if .Email}}Say who you are to open it.{{else if .Name}}Say your name to open it.{{else}}It opens with a password.{{end}}</p>
{{- if .Password}}
<label for="password">Password</label>
<input id="password" name="password" class="field" type="password" maxlength="200" autocomplete="off" required>
{{- end}}
{{- if .Name}}
<label for="name">Your name</label>
<input id="name" name="name" class="field" dir="auto" maxlength="200" autocomplete="name" required>
{{- end}}
{{- if .Email}}
<label for="email">Your e-mail</label>
<input id="email" name="email" class="field" type="email" maxlength="254" autocomplete="email" required>
{{- end}}
<p class="problem" id="problem" role="alert"></p>
<button class="btn primary" id="go" disabled>{{if .Code}}Send me a code{{else}}Open the plan{{end}}</button>
</form>
{{- if .Code}}
<form id="code-form" hidden novalidate>
<p class="lead" id="sent" role="status"></p>
<label for="code">Code from the mail</label>
<input id="code" name="code" class="field digits" inputmode="numeric" autocomplete="one-time-code" maxlength="12" required>
<p class="problem" id="code-problem" role="alert"></p>
<button class="btn primary">Open the plan</button>
<p class="other"><button type="button" class="btn quiet small" id="back">Change the address</button></p>
</form>
{{- end}}
{{- if .Request}}
<section id="ask" hidden>
<p class="lead">No code after a minute? This plan may not be shared with that address yet.</p>
<form id="ask-form" novalidate>
<label for="message">A word to its owners <span class="mut">(optional)</span></label>
<textarea id="message" name="message" class="field" dir="auto" maxlength="500" rows="2"></textarea>
<p class="problem" id="ask-problem" role="alert"></p>
<button class="btn">Ask for access</button>
</form>
</section>
{{- end}}
<noscript><p class="problem">Opening a plan that asks for something needs JavaScript.</p></noscript>
<p class="foot">What you type is seen by the people who share this plan.</p>
</main>
</body>
</html>
`))
