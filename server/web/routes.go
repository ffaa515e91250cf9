package web

import (
	"context"
	"io/fs"
	"net/http"
	"net/netip"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humamux"
	"github.com/gorilla/mux"
	"github.com/klauspost/compress/gzhttp"
	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/trace"

	"parley/room"
	"parley/server/mail"
	"parley/server/oidc"
)

// Options are what the handler is made of.
type Options struct {
	Store     Store
	Hub       Hub
	Workspace room.WorkspaceID // the one AdminKey is for
	AdminKey  string           // "" for none
	Signup    bool             // who is a member of no workspace gets one by signing in
	Proxies   []netip.Prefix   // whose X-Forwarded-For is believed
	PublicURL string           // the origin people see, without a path
	// OpsPerSecond is what one session may send over HTTP, in bursts of four
	// times that; 0: no bound.
	OpsPerSecond int
	Files        fs.FS // the built client: app.js, app.css, …
	// Ready returns why this server should get no more requests, nil while it should.
	Ready func(context.Context) error
	// Metrics takes the handler's own metrics and is what /metrics shows.
	Metrics *prometheus.Registry
	// Tracer makes a span for each request; nil for none.
	Tracer trace.Tracer
	// Mail takes the mails to send.
	Mail mail.Mailer
	// KeptMails are the mails of a server that sends none; nil where it does.
	KeptMails *mail.Kept
	// OIDC is where people sign in beside the mailed code; nil for nowhere.
	OIDC *oidc.Provider
}

// server is the handlers' common ground.
type server struct {
	Options
	router   *mux.Router
	api      huma.API
	assets   *assets
	metrics  requestMetrics
	ops      *allowances // by session
	costly   *allowances // by session
	arrivals *allowances // by link
	hashing  hashing
	signIns  *allowances // by network address
	verifies *allowances // by network address
	shares   shares
	ledgers  *readings[*room.Ledger]
	events   *readings[*room.Events]
	outlines *outlines
	watched  *watched
	cards    *cards
}

// New returns the handler of everything the server answers.
func New(o Options) (http.Handler, error) {
	s, err := newServer(o)
	if err != nil {
		return nil, err
	}
	guard, err := s.sameOrigin()
	if err != nil {
		return nil, err
	}
	// One byte more than a body may have: the reader past it says so in words.
	limited := http.MaxBytesHandler(s.router, maxBody+2)
	files := http.MaxBytesHandler(s.router, maxUpload)
	bounded := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if uploadPath(r.URL.Path) {
			files.ServeHTTP(w, r)
			return
		}
		limited.ServeHTTP(w, r)
	})
	return headAsGet(secure(guard(bounded))), nil
}

func newServer(o Options) (*server, error) {
	files, err := loadAssets(o.Files)
	if err != nil {
		return nil, err
	}
	metrics, err := newRequestMetrics(o.Metrics)
	if err != nil {
		return nil, err
	}
	s := &server{Options: o, router: mux.NewRouter(), assets: files, metrics: metrics,
		ops: opAllowances(o.OpsPerSecond), costly: costlyAllowances(o.OpsPerSecond), arrivals: arrivalAllowances(o.OpsPerSecond), ledgers: newReadings(o.Store, room.NewLedger), events: newReadings(o.Store, room.NewEvents), outlines: newOutlines(o.Store),
		watched: newWatched(o.Store), signIns: signInAllowances(o.OpsPerSecond), verifies: verifyAllowances(o.OpsPerSecond), shares: newShares(o.OpsPerSecond),
		hashing: make(hashing, hashesAtOnce), cards: newCards(),
	}
	s.Hub = rechecking{o.Hub, s.watched}
	s.router.Use(s.observe, s.withCredentials)
	s.router.NotFoundHandler = s.observe(http.HandlerFunc(s.notRouted))
	s.router.MethodNotAllowedHandler = s.observe(http.HandlerFunc(s.badMethod))
	compress, err := gzhttp.NewWrapper(gzhttp.MinSize(1024))
	if err != nil {
		return nil, err
	}
	plain := s.router.NewRoute().Subrouter()
	packed := s.router.NewRoute().Subrouter()
	packed.Use(fresh, jsonOnly, mux.MiddlewareFunc(func(h http.Handler) http.Handler { return compress(h) }))
	s.api = humamux.New(packed, apiConfig())
	s.routes(plain, packed)
	return s, nil
}

// routes is the whole outside of the server. Each line is in the OpenAPI
// document, and the document has nothing else; a test compares them.
func (s *server) routes(plain, packed *mux.Router) {
	handle(s, op("POST", "/api/v1/rooms", "create-room", "Make a room", http.StatusCreated), s.createRoom)
	handle(s, op("GET", "/api/v1/rooms", "list-rooms", "List the workspace's rooms, what needs attention first", notModified), s.listRooms)
	handle(s, op("GET", "/api/v1/rooms/{room}", "get-room", "Read a room as the caller sees it", notModified), s.getRoom)
	handle(s, op("GET", "/api/v1/rooms/{room}/snapshot", "get-snapshot", "Read one stream at its newest rev"), s.getSnapshot)
	handle(s, op("GET", "/api/v1/rooms/{room}/activity", "list-activity", "Read commits of one stream"), s.listActivity)
	handle(s, op("GET", "/api/v1/rooms/{room}/at/{rev}", "get-room-at", "Read one stream as it was"), s.getAt)
	handle(s, op("GET", "/api/v1/rooms/{room}/ledger", "get-ledger", "Read how dates moved, and who kept the agreed ones"), s.getLedger)
	handle(s, op("GET", "/api/v1/workspace", "get-workspace", "Read what new rooms begin with"), s.getWorkspace)
	handle(s, op("PUT", "/api/v1/workspace", "put-workspace", "Say what new rooms begin with"), s.putWorkspace)
	handle(s, op("GET", "/api/v1/brand", "get-brand", "Read by what people know the workspace"), s.getBrand)
	handle(s, op("PUT", "/api/v1/brand", "put-brand", "Say by what people know the workspace"), s.putBrand)
	handle(s, op("GET", "/api/v1/holidays", "list-countries", "List the places whose holidays are known"), s.listCountries)
	handle(s, op("GET", "/api/v1/holidays/{country}", "list-holidays", "Read the holidays of a place"), s.listHolidays)
	handle(s, op("GET", "/api/v1/rooms/{room}/schedule", "get-schedule", "What follows from the dates: forecast, slack, health"), s.getSchedule)
	handle(s, op("GET", "/api/v1/rooms/{room}/changes", "list-changes", "Tell in words what changed between two moments"), s.listChanges)
	handle(s, op("POST", "/api/v1/rooms/{room}/ops", "submit-op", "Change the plan"), s.submitOp)
	handle(s, op("POST", "/api/v1/rooms/{room}/preview", "preview-op", "See what an op would change"), s.previewOp)
	handle(s, op("POST", "/api/v1/rooms/{room}/links", "create-link", "Make a share link", http.StatusCreated), s.createLink)
	handle(s, op("GET", "/api/v1/rooms/{room}/links", "list-links", "List a room's share links"), s.listLinks)
	handle(s, op("GET", "/api/v1/links", "list-all-links", "List the share links of all rooms"), s.listAllLinks)
	handle(s, op("GET", "/api/v1/requests", "list-all-requests", "List who asks for access to any room and waits for an answer"), s.listAllRequests)
	handle(s, op("DELETE", "/api/v1/links/{id}", "revoke-link", "Revoke a share link and end its sessions"), s.revokeLink)
	handle(s, op("PATCH", "/api/v1/links/{id}", "change-link", "Change a share link: pause it, extend it, ask for more at its door"), s.changeLink)
	handle(s, op("GET", "/api/v1/rooms/{room}/requests", "list-requests", "List who asks for access and waits for an answer"), s.listRequests)
	handle(s, op("POST", "/api/v1/rooms/{room}/requests/{request}", "decide-request", "Let somebody in who asked for access, or not"), s.decideRequest)
	handle(s, op("POST", "/api/v1/rooms/{room}/calendars", "create-calendar", "Make a calendar address of one's own", http.StatusCreated), s.createCalendar)
	handle(s, op("GET", "/api/v1/rooms/{room}/calendars", "list-calendars", "List the calendar addresses that the caller may end"), s.listCalendars)
	handle(s, op("DELETE", "/api/v1/rooms/{room}/calendars/{calendar}", "end-calendar", "End a calendar address"), s.endCalendar)
	handle(s, op("GET", "/api/v1/templates", "list-templates", "List the templates for plans"), s.listTemplates)
	handle(s, op("GET", "/api/v1/templates/{template}", "get-template", "See the plan that a template would make"), s.getTemplate)
	handle(s, op("DELETE", "/api/v1/templates/{template}", "delete-template", "Delete one of the workspace's own templates"), s.deleteTemplate)
	handle(s, op("POST", "/api/v1/rooms/{room}/template", "save-template", "Save a room's plan as a template", http.StatusCreated), s.saveTemplate)
	handle(s, op("POST", "/api/v1/portals", "create-portal", "Make a portal: a site that shows rooms", http.StatusCreated), s.createPortal)
	handle(s, op("GET", "/api/v1/portals", "list-portals", "List the workspace's portals and their keys"), s.listPortals)
	handle(s, op("PUT", "/api/v1/portals/{portal}", "change-portal", "Change a portal's name and origins, pause or resume it"), s.changePortal)
	handle(s, op("DELETE", "/api/v1/portals/{portal}", "remove-portal", "Remove a portal and end its sessions"), s.removePortal)
	handle(s, op("POST", "/api/v1/portals/{portal}/keys", "create-portal-key", "Give a portal a key to sign tokens with", http.StatusCreated), s.createPortalKey)
	handle(s, op("DELETE", "/api/v1/portals/{portal}/keys/{key}", "revoke-portal-key", "Revoke a portal's key and end its sessions"), s.revokePortalKey)
	handle(s, op("POST", "/api/v1/rooms/{room}/embed-tokens", "create-embed-token", "Make a token for somebody who looks at a portal's page", http.StatusCreated), s.createEmbedToken)
	handle(s, op("GET", "/api/v1/rooms/{room}/embedding", "get-embedding", "Read how to put a room into a site"), s.getEmbedding)
	handle(s, op("POST", "/api/v1/embed/session", "create-embed-session", "Exchange a portal's token for a session, or let one go on"), s.createEmbedSession)
	handle(s, op("POST", "/api/v1/rooms/{room}/handover", "create-handover", "Take the session of a frame to a window of its own", http.StatusCreated), s.createHandover)
	handle(s, op("GET", "/oembed", "oembed", "How to show a shared link, after oembed.com"), s.oembed)
	handle(s, op("POST", "/api/v1/join", "join", "Exchange a link token for a session"), s.join)
	handle(s, op("POST", "/api/v1/door/code", "ask-code", "Ask for the code that a link wants", http.StatusAccepted), s.askCode)
	handle(s, op("POST", "/api/v1/door/request", "ask-access", "Ask to be let in by a link", http.StatusAccepted), s.askAccess)
	handle(s, op("POST", "/api/v1/rooms/{room}/email", "ask-email-code", "Ask for a code that confirms the own address", http.StatusAccepted), s.askEmailCode)
	handle(s, op("POST", "/api/v1/rooms/{room}/email/code", "confirm-email", "Confirm the own address with the code", http.StatusNoContent), s.confirmEmail)
	handle(s, op("POST", "/api/v1/rooms/{room}/view", "count-view", "Say that a person looks at the room", http.StatusNoContent), s.countView)

	handle(s, op("POST", "/api/v1/rooms/{room}/enter", "enter-room", "Enter a room of one's workspace"), s.enterRoom)

	handle(s, op("POST", "/api/v1/signin", "ask-sign-in", "Have a code and a link to sign in mailed"), s.askSignIn)
	handle(s, op("POST", "/api/v1/signin/verify", "sign-in", "Sign in by the mailed code or link"), s.verifySignIn)
	handle(s, op("POST", "/api/v1/signin/oidc", "begin-oidc", "Leave for the OpenID Connect provider"), s.beginTrip)
	handle(s, op("POST", "/api/v1/signin/oidc/verify", "sign-in-oidc", "Sign in by what the provider had the browser bring back"), s.endTrip)
	handle(s, op("POST", "/api/v1/signout", "sign-out", "Sign out of this browser"), s.signOut)
	handle(s, op("GET", "/api/v1/account", "get-account", "Read who is signed in"), s.getAccount)
	handle(s, op("PATCH", "/api/v1/account", "patch-account", "Change one's name"), s.patchAccount)
	handle(s, op("PUT", "/api/v1/account/workspace", "switch-workspace", "Go on in another workspace that one is a member of"), s.switchWorkspace)
	handle(s, op("GET", "/api/v1/account/sessions", "list-sessions", "List where one is signed in"), s.listSessions)
	handle(s, op("DELETE", "/api/v1/account/sessions", "end-other-sessions", "Sign out everywhere else"), s.endOtherSessions)
	handle(s, op("DELETE", "/api/v1/account/sessions/{id}", "end-session", "Sign out of one browser"), s.endSession)
	handle(s, op("POST", "/api/v1/account/calendars", "create-account-calendar", "Make a calendar address of what one owns in all rooms", http.StatusCreated), s.createAccountCalendar)
	handle(s, op("GET", "/api/v1/account/calendars", "list-account-calendars", "List one's calendar addresses"), s.listAccountCalendars)
	handle(s, op("DELETE", "/api/v1/account/calendars/{calendar}", "end-account-calendar", "End one of them"), s.endAccountCalendar)
	handle(s, op("GET", "/api/v1/members", "list-members", "List the workspace's members"), s.listMembers)
	handle(s, op("POST", "/api/v1/members", "add-member", "Add a member, who is told by mail", http.StatusCreated), s.addMember)
	handle(s, op("PATCH", "/api/v1/members/{id}", "patch-member", "Give a member another role"), s.patchMember)
	handle(s, op("DELETE", "/api/v1/members/{id}", "remove-member", "Remove a member and end their sessions"), s.removeMember)
	handle(s, op("GET", "/api/v1/keys", "list-keys", "List the API keys"), s.listKeys)
	handle(s, op("POST", "/api/v1/keys", "create-key", "Make an API key, shown this once", http.StatusCreated), s.createKey)
	handle(s, op("DELETE", "/api/v1/keys/{id}", "revoke-key", "Revoke an API key"), s.revokeKey)
	handle(s, op("GET", "/api/v1/audit", "list-audit", "List the decisions about access, newest first"), s.listAudit)

	s.plain(plain, upload[ImportPreview](s, "/api/v1/rooms/{room}/import/preview", "preview-import", "See how a table would be imported"), s.previewImport)
	s.plain(plain, upload[Accepted](s, "/api/v1/rooms/{room}/import", "import-plan", "Import a table of milestones as one commit"), s.importPlan)
	s.plain(plain, raw("GET", "/api/v1/rooms/{room}/live", "live", "The live socket, subprotocol parley.v1", "101", ""), s.serveSocket)
	s.plain(packed, raw("GET", "/api/openapi.json", "openapi", "This document", "200", "application/openapi+json"), s.serveOpenAPI)

	s.plain(packed, raw("GET", "/", "home", "A seller's rooms, or the front door", "200", htmlType), s.home)
	s.plain(packed, raw("GET", "/new", "page-new", "The page that makes rooms", "200", htmlType), s.newRoom)
	s.plain(packed, raw("GET", "/signin", "page-signin", "Where sellers sign in", "200", htmlType), s.signInPage)
	s.plain(packed, raw("GET", "/signin/oidc", "page-oidc", "Where the OpenID Connect provider sends browsers back to", "200", htmlType), s.signInPage)
	s.plain(packed, raw("GET", "/signin/{ticket}", "page-ticket", "The page of a mailed link to sign in", "200", htmlType), s.signInPage)
	s.plain(packed, raw("GET", "/settings", "page-settings", "The settings of a workspace", "200", htmlType), s.desk)
	s.plain(packed, raw("GET", "/settings/{page:.+}", "page-setting", "One of its pages", "200", htmlType), s.desk)
	s.plain(packed, raw("GET", "/join/{token}", "page-join", "The page of a side link", "200", htmlType), s.pageOfLink)
	s.plain(plain, raw("GET", "/s/{token}", "page-watch", "The page of a watcher link", "200", htmlType), s.watchPage)
	s.plain(packed, raw("GET", "/r/{room}", "page-room", "The page of a room, by the session cookie", "200", htmlType), s.pageOfRoom)
	s.plain(packed, raw("GET", "/join/{token}/"+tabPattern, "page-join-tab", "The same page at one of its tabs", "200", htmlType), s.pageOfLink)
	s.plain(plain, raw("GET", "/s/{token}/"+tabPattern, "page-watch-tab", "The same page at one of its tabs", "200", htmlType), s.watchPage)
	s.plain(plain, raw("GET", "/s/{token}/onepager", "page-watch-sheet", "The plan on one sheet to print", "200", htmlType), s.watchSheet)
	s.plain(plain, raw("GET", "/s/{token}/follow", "page-watch-follow", "Updates by e-mail and a calendar address", "200", htmlType), s.followPage)
	s.plain(plain, raw("POST", "/s/{token}/updates", "ask-updates", "Ask for updates by e-mail, as a form", "200", htmlType), s.askUpdates)
	s.plain(plain, raw("POST", "/s/{token}/calendar", "make-feed", "Make a calendar address, as a form", "201", htmlType), s.makeFeed)
	s.plain(plain, raw("GET", "/calendar/{token}.ics", "feed", "A calendar of the plan's dates", "200", "text/calendar"), s.serveFeed)
	s.plain(plain, raw("POST", "/calendar/{token}.ics/stop", "stop-feed", "End a calendar address", "200", htmlType), s.stopFeed)
	s.plain(plain, raw("GET", "/updates/{token}", "page-updates", "Where the mails of a subscription lead", "200", htmlType), s.updatesPage)
	s.plain(plain, raw("GET", "/updates/{token}/"+tabPattern, "page-updates-tab", "The same page at one of its tabs", "200", htmlType), s.updatesPage)
	s.plain(plain, raw("POST", "/updates/{token}/confirm", "confirm-updates", "Confirm a subscription", "303", ""), s.confirmUpdates)
	s.plain(plain, raw("GET", "/updates/{token}/stop", "page-stop-updates", "Asks whether to stop", "200", htmlType), s.stopPage)
	s.plain(plain, raw("POST", "/updates/{token}/stop", "stop-updates", "End a subscription, also by one click of a mail program", "200", htmlType), s.stopUpdates)
	s.plain(plain, raw("GET", "/r/{room}/onepager", "page-room-sheet", "The same for who is in the room", "200", htmlType), s.roomSheet)
	s.plain(packed, raw("GET", "/r/{room}/"+tabPattern, "page-room-tab", "The same page at one of its tabs", "200", htmlType), s.pageOfRoom)

	s.plain(plain, raw("POST", "/r/{room}/handover", "take-handover", "Opens a room that a frame shows, as a form", "303", ""), s.takeHandover)
	s.plain(packed, raw("GET", "/e/{room}", "page-embed", "The page of a room in a frame", "200", htmlType), s.pageOfEmbed)
	s.plain(plain, raw("GET", "/e/s/{token}", "page-embed-watch", "The page of a watcher link in a frame", "200", htmlType), s.pageOfEmbeddedShare)
	s.plain(packed, raw("GET", "/e/s/{token}/{tab:"+framedTabs+"}", "page-embed-watch-tab", "The same page at one of its tabs", "200", htmlType), s.pageOfEmbeddedShare)
	s.plain(plain, raw("GET", scriptPath, "embed-script", "The script that portals load", "200", "text/javascript"), s.serveScript)
	s.plain(packed, raw("GET", "/mail", "kept-mails", "The mails of a server that sends none, on its own machine", "200", htmlType), s.keptMails)
	s.plain(packed, raw("GET", "/mail/{id}", "kept-mail", "One of them as its reader would see it", "200", htmlType), s.keptMail)

	s.plain(plain, raw("GET", "/card/{token}/{card}.png", "card", "The picture that previews of a link show", "200", "image/png"), s.serveCard)
	s.plain(plain, raw("GET", neutralPath, "neutral-card", "The one of links that ask who comes", "200", "image/png"), s.serveNeutral)
	s.plain(plain, raw("GET", accentPath, "accent", "The style of a company's colour", "200", "text/css"), s.serveAccent)
	s.plain(plain, raw("GET", assetsPath, "asset", "A file of the built client", "200", "*/*"), s.serveAsset)
	s.plain(plain, raw("GET", "/favicon.ico", "favicon", "The icon", "200", "image/svg+xml"), s.serveIcon)
	s.plain(plain, raw("GET", "/healthz", "healthz", "Is the process alive", "200", "text/plain"), s.healthz)
	s.plain(plain, raw("GET", "/readyz", "readyz", "Should it get requests", "200", "text/plain"), s.readyz)
	s.plain(plain, raw("GET", "/metrics", "metrics", "Prometheus metrics", "200", "text/plain"), s.serveMetrics())
}
