package web

import (
	"context"
	"strings"

	"parley/room"
)

// TemplateCard is a template as a gallery shows it.
type TemplateCard struct {
	ID          string          `json:"id" doc:"the slug of a built-in one, the UUID of one of the workspace's own"`
	Own         bool            `json:"own" doc:"the workspace made it; only its selling side sees it"`
	Name        string          `json:"name"`
	Description string          `json:"description,omitempty"`
	Steps       int             `json:"steps"`
	Days        int             `json:"days" doc:"from the first day of work to go-live, in days of the calendar"`
	Phases      []TemplatePhase `json:"phases" nullable:"false"`
}

// TemplatePhase is a phase of a template, by name and size.
type TemplatePhase struct {
	Name  string `json:"name"`
	Steps int    `json:"steps"`
}

// TemplateList is the gallery, and what a new room of the caller begins with.
type TemplateList struct {
	Templates []TemplateCard         `json:"templates" nullable:"false" doc:"the built-in ones, the emptiest last, then the workspace's own by name"`
	NewRoom   Maybe[NewRoomDefaults] `json:"new_room" doc:"null for who may not make rooms"`
}

// NewRoomDefaults are what is known about a room before it is made.
type NewRoomDefaults struct {
	SellerCompany string `json:"seller_company,omitempty"`
	TimeZone      string `json:"time_zone,omitempty"`
	Owner         string `json:"owner,omitempty" doc:"who will own the room; absent for the workspace's API key"`
}

type listTemplatesIn struct{}

type listTemplatesOut struct{ Body TemplateList }

func (s *server) listTemplates(ctx context.Context, _ *listTemplatesIn) (*listTemplatesOut, error) {
	grant, err := s.enterAnywhere(ctx)
	if err != nil {
		return nil, err
	}
	out := TemplateList{Templates: []TemplateCard{}}
	for _, slug := range galleryOrder() {
		out.Templates = append(out.Templates, cardOf(slug, false, room.BuiltInTemplate(slug)))
	}
	if seesOwnTemplates(grant) {
		own, err := s.Store.Templates(ctx, grant.Workspace)
		if err != nil {
			return nil, err
		}
		for _, t := range own {
			out.Templates = append(out.Templates, cardOf(string(t.ID), true, t.Template))
		}
	}
	if mayFound(grant) {
		defaults, err := s.newRoomDefaults(ctx, grant)
		if err != nil {
			return nil, err
		}
		out.NewRoom.Value = &defaults
	}
	return &listTemplatesOut{Body: out}, nil
}

// galleryOrder lists the built-in templates: the usual one first, the empty one last.
func galleryOrder() []string {
	first, last := "software-purchase", "blank"
	out := []string{first}
	for _, slug := range room.TemplateSlugs() {
		if slug != first && slug != last {
			out = append(out, slug)
		}
	}
	return append(out, last)
}

func cardOf(id string, own bool, t *room.Template) TemplateCard {
	c := TemplateCard{ID: id, Own: own, Name: t.Name, Description: t.Description, Steps: t.Steps(), Days: t.Days(), Phases: []TemplatePhase{}}
	for _, p := range t.Phases {
		c.Phases = append(c.Phases, TemplatePhase{Name: p.Name, Steps: len(p.Milestones)})
	}
	return c
}

// newRoomDefaults come from the room that the caller's session is for.
func (s *server) newRoomDefaults(ctx context.Context, grant room.Grant) (NewRoomDefaults, error) {
	if grant.Room == "" {
		brand, err := s.Store.Brand(ctx, grant.Workspace)
		return NewRoomDefaults{SellerCompany: brand.Company(), Owner: grant.Member.Name}, hidden(err)
	}
	snapshots, err := s.Store.Snapshot(ctx, grant.Room, []room.Stream{room.Shared}, "")
	if err != nil {
		return NewRoomDefaults{}, hidden(err)
	}
	view, err := lookInto(snapshots)
	if err != nil {
		return NewRoomDefaults{}, err
	}
	r := view.room(grant.Room)
	return NewRoomDefaults{SellerCompany: r.SellerCompany, TimeZone: r.TimeZone, Owner: grant.Member.Name}, nil
}

// hosts reports whether the caller speaks for the workspace: its key, an owner or
// admin of it, or an owner on the selling side of one of its rooms.
func hosts(g room.Grant) bool {
	return !g.Watcher() && g.Member.Side == room.SideSeller && g.Member.Access.AtLeast(room.Owner)
}

// mayFound reports whether the caller may make rooms: who speaks for the
// workspace, and every member of it.
func mayFound(g room.Grant) bool { return hosts(g) || g.Account != "" }

// seesOwnTemplates reports whether the caller may know the workspace's own
// templates: who edits plans on its side.
func seesOwnTemplates(g room.Grant) bool {
	return !g.Watcher() && g.Member.Side == room.SideSeller && g.Member.Access.AtLeast(room.Editor)
}

// errNotHost refuses what only those may who speak for the workspace.
func errNotHost() error {
	return room.Errorf(room.Forbidden, "this is for owners on the selling side, and for the workspace's API key")
}

// templateFor returns the template with that slug or id, if the caller sees it.
func (s *server) templateFor(ctx context.Context, grant room.Grant, id string) (*room.Template, error) {
	if t := room.BuiltInTemplate(id); t != nil {
		return t, nil
	}
	if !seesOwnTemplates(grant) {
		return nil, errNotHere
	}
	t, err := s.Store.Template(ctx, grant.Workspace, room.TemplateID(id))
	return t, hidden(err)
}

type saveTemplateIn struct {
	Room string `path:"room"`
	Body JSON[SaveTemplateBody]
}

// SaveTemplateBody asks for a template made of a room's shared plan.
type SaveTemplateBody struct {
	Name        string `json:"name" minLength:"1" maxLength:"200"`
	Description string `json:"description,omitempty" maxLength:"2000" doc:"what it is for"`
}

type saveTemplateOut struct{ Body TemplateCard }

func (s *server) saveTemplate(ctx context.Context, in *saveTemplateIn) (*saveTemplateOut, error) {
	grant, err := s.enter(ctx, in.Room)
	if err != nil {
		return nil, err
	}
	if !hosts(grant) {
		return nil, errNotHost()
	}
	body, err := decode(s, in.Body)
	if err != nil {
		return nil, err
	}
	if err := s.takeCostly(grant); err != nil {
		return nil, err
	}
	plan, err := s.planOf(ctx, grant.Room, room.Shared)
	if err != nil {
		return nil, err
	}
	t, err := room.SaveTemplate(plan, strings.TrimSpace(body.Name), strings.TrimSpace(body.Description))
	if err != nil {
		return nil, err
	}
	id, err := s.Store.AddTemplate(ctx, grant.Workspace, t, grant.Member.ID)
	if err != nil {
		return nil, err
	}
	return &saveTemplateOut{Body: cardOf(string(id), true, t)}, nil
}

// planOf reads the newest state of streams as a plan.
func (s *server) planOf(ctx context.Context, id room.ID, streams ...room.Stream) (*room.Plan, error) {
	snapshots, err := s.Store.Snapshot(ctx, id, streams, "")
	if err != nil {
		return nil, hidden(err)
	}
	plan := room.NewPlan(id, "")
	for _, snap := range snapshots {
		if err := plan.LoadSnapshot(snap.Stream, snap.Rev, snap.Body); err != nil {
			return nil, err
		}
	}
	return plan, nil
}

type deleteTemplateIn struct {
	Template string `path:"template"`
}

func (s *server) deleteTemplate(ctx context.Context, in *deleteTemplateIn) (*struct{}, error) {
	grant, err := s.enterAnywhere(ctx)
	if err != nil {
		return nil, err
	}
	switch {
	case !hosts(grant):
		return nil, errNotHost()
	case room.BuiltInTemplate(in.Template) != nil:
		return nil, room.Errorf(room.Conflict, "a built-in template cannot be deleted")
	}
	return nil, hidden(s.Store.DeleteTemplate(ctx, grant.Workspace, room.TemplateID(in.Template)))
}
