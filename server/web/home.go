package web

import (
	"html/template"
	"net/http"
)

// home answers the bare address: a seller's rooms, or the front door.
func (s *server) home(w http.ResponseWriter, r *http.Request) {
	if s.signedIn(r) {
		s.desk(w, r)
		return
	}
	s.text(w, http.StatusOK, frontDoor, struct{ Version, Title string }{s.assets.version, "Plans that two companies keep"})
}

// signedIn reports whether the browser says that somebody is. Whether that is
// true is asked for by the script of the page.
func (s *server) signedIn(r *http.Request) bool { return cookieOf(r, s.accountCookie()) != "" }

// desk answers the seller's pages: the same bytes for everybody. What its
// visitor may see is asked for by the script.
func (s *server) desk(w http.ResponseWriter, _ *http.Request) {
	s.html(w, http.StatusOK, shellData{Version: s.assets.version, Title: "Rooms", Page: deskPage, Boot: "{}"})
}

// frontDoor is the page of the bare address for somebody who is not signed in.
// Its picture is a runway: dots are milestones, the right edge is go-live.
var frontDoor = template.Must(template.New("front door").Parse(textHead + `<body class="door">
<header><a class="mark" href="/">Parley</a><a class="btn quiet" href="/signin">Sign in</a></header>
<main class="front">
<h1>One plan that both companies keep</h1>
<p class="lead">A shared room for each deal: what has to happen until go-live, who does it on either side, and whether you will make it. Both edit it at once, in the call.</p>
<div class="ways">
<section>
<h2>You sell</h2>
<p>Open your rooms, or start a new one from a template.</p>
<a class="btn primary" href="/signin">Sign in</a>
</section>
<section>
<h2>You were invited</h2>
<p>Open the link you were sent. You need no account, and nothing to install.</p>
</section>
</div>
<figure>
<svg viewBox="0 0 720 102" role="img" aria-label="A plan from today to go-live: three steps done, one late, four to come">
<g class="bands"><rect x="8" y="52" width="212" height="18" rx="5"/><rect x="226" y="52" width="204" height="18" rx="5"/><rect x="436" y="52" width="262" height="18" rx="5"/></g>
<g class="labels"><text x="8" y="94">Evaluate 3/3</text><text x="226" y="94">Agree 0/2</text><text x="436" y="94">Roll out 0/3</text></g>
<g class="ok"><circle cx="40" cy="61" r="6"/><circle cx="112" cy="61" r="6"/><circle cx="196" cy="61" r="6"/></g>
<g class="late"><circle cx="268" cy="61" r="7"/></g>
<g class="open"><circle cx="396" cy="61" r="6"/><circle cx="484" cy="61" r="6"/><circle cx="590" cy="61" r="6"/></g>
<path class="go" d="M700 49l12 12-12 12-12-12z"/>
<path class="now" d="M312 34v42"/>
<text class="strong" x="312" y="24" text-anchor="middle">Today</text>
<text class="strong" x="712" y="24" text-anchor="end">Go-live</text>
</svg>
<figcaption>Filled is done. Hollow left of today is late.</figcaption>
</figure>
<ul>
<li><b>Worked back from go-live.</b> Every date says how many days are left, and what moves when it moves.</li>
<li><b>Fair to both sides.</b> A date that both agreed on moves by a proposal, or where everybody sees it.</li>
<li><b>Private where it must be.</b> What one company notes for itself never reaches the other.</li>
</ul>
</main>
<footer>Parley is open source. <a href="/api/openapi.json">API</a></footer>
</body>
</html>
`))
