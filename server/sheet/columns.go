package sheet

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/room"
)

// Fields are what a column can be, in the order a mapping lists them.
var Fields = []string{"title", "phase", "due", "status", "owner", "seller_owner", "buyer_owner", "description"}

// headers are the words that tools and languages put over each field.
var headers = map[string][]string{
	"title":        {"title", "task", "task name", "name", "milestone", "step", "activity", "action", "action item", "item", "aufgabe", "titel", "meilenstein", "vorgangsname", "tâche", "titre", "jalon", "tarea", "hito", "attività", "taak", "uppgift", "oppgave", "opgave"},
	"phase":        {"phase", "section", "section/column", "stage", "group", "list", "list name", "workstream", "epic", "abschnitt", "gruppe", "étape", "fase", "sección", "sezione", "avsnitt"},
	"due":          {"due", "due date", "date", "deadline", "end", "end date", "finish", "target date", "fällig", "fälligkeit", "fällig am", "termin", "datum", "ende", "échéance", "date d'échéance", "fecha", "fecha límite", "vencimiento", "scadenza", "vervaldatum", "förfallodatum", "frist"},
	"status":       {"status", "state", "progress", "statut", "état", "estado", "stato"},
	"owner":        {"owner", "assignee", "assigned to", "responsible", "who", "resource names", "verantwortlich", "zuständig", "responsable", "responsabile", "verantwoordelijke", "ansvarig", "ansvarlig"},
	"seller_owner": {"seller owner", "vendor owner", "our owner", "seller", "vendor"},
	"buyer_owner":  {"buyer owner", "customer owner", "client owner", "buyer", "customer"},
	"description":  {"description", "notes", "note", "details", "comment", "comments", "beschreibung", "notizen", "descripción", "descrizione", "omschrijving", "beskrivning", "beskrivelse"},
}

// Guess says which column is which field, by the words over them.
func Guess(header []string) map[string]int {
	out := map[string]int{}
	for _, field := range Fields {
		for _, word := range headers[field] { // the likeliest first
			at := slices.IndexFunc(header, func(h string) bool {
				return strings.EqualFold(strings.Join(strings.Fields(strings.Trim(h, "*: ")), " "), word)
			})
			if at >= 0 {
				out[field] = at
				break
			}
		}
	}
	return out
}

// Order says which of two numbers of a date is the month.
type Order string

// The orders of dates with numbers.
const (
	DayFirst   Order = "dmy"
	MonthFirst Order = "mdy"
)

// GuessOrder reads from all dates of a column which number is the month. It is
// not certain when every date can be read both ways.
func GuessOrder(cells []string) (order Order, certain bool) {
	for _, cell := range cells {
		a, b, _, ok := numbers(cell)
		switch {
		case !ok:
		case a > 12 && b <= 12:
			return DayFirst, true
		case b > 12 && a <= 12:
			return MonthFirst, true
		case strings.Contains(cell, "."):
			return DayFirst, true // only written so where the day is first
		}
	}
	return DayFirst, false
}

// numbers reads a date of three numbers that does not begin with the year.
func numbers(cell string) (a, b, year int, ok bool) {
	parts := strings.FieldsFunc(cell, func(r rune) bool { return strings.ContainsRune("./- ", r) })
	if len(parts) != 3 || len(parts[0]) > 2 || len(parts[1]) > 2 {
		return 0, 0, 0, false
	}
	n := [3]int{}
	for i, p := range parts {
		v, err := strconv.Atoi(p)
		if err != nil {
			return 0, 0, 0, false
		}
		n[i] = v
	}
	if n[2] < 100 {
		n[2] += 2000
	}
	return n[0], n[1], n[2], true
}

// words are the forms of dates with a month in words.
var words = []string{"2 Jan 2006", "2 January 2006", "Jan 2, 2006", "January 2, 2006", "2-Jan-2006", "2-Jan-06", "Mon 2 Jan 2006", "Mon, 2 Jan 2006"}

// Day reads a date; false for what is none.
func Day(cell string, order Order) (string, bool) {
	cell = strings.TrimSpace(cell)
	if at := strings.IndexByte(cell, 'T'); at == len(room.DateFormat) { // an instant; a Tuesday is none
		cell = cell[:at]
	}
	for _, form := range []string{room.DateFormat, "2006/1/2", "2006-1-2", "2006.1.2"} {
		if t, err := time.Parse(form, strings.TrimSuffix(cell, " 00:00:00")); err == nil {
			return t.Format(room.DateFormat), true
		}
	}
	if a, b, year, ok := numbers(cell); ok {
		if order == MonthFirst {
			a, b = b, a
		}
		t := time.Date(year, time.Month(b), a, 0, 0, 0, 0, time.UTC)
		return t.Format(room.DateFormat), t.Day() == a && int(t.Month()) == b
	}
	for _, form := range words {
		if t, err := time.Parse(form, cell); err == nil {
			return t.Format(room.DateFormat), true
		}
	}
	return "", false
}

// statuses are the words that tools and languages have for a milestone's status.
var statuses = map[string][]string{
	"not_started": {"not started", "not_started", "to do", "todo", "open", "new", "backlog", "planned", "offen", "nicht begonnen", "à faire", "pendiente", "da fare", "0%", "0 %", "no", "false"},
	"in_progress": {"in progress", "in_progress", "started", "doing", "working on it", "in arbeit", "begonnen", "en cours", "en curso", "in corso", "bezig", "pågående"},
	"blocked":     {"blocked", "stuck", "on hold", "waiting", "blockiert", "wartet", "bloqué", "bloqueado", "bloccato"},
	"done":        {"done", "complete", "completed", "closed", "finished", "erledigt", "fertig", "abgeschlossen", "terminé", "fait", "hecho", "completado", "fatto", "klaar", "klar", "100%", "100 %", "yes", "true", "x", "✓"},
	"cancelled":   {"cancelled", "canceled", "dropped", "won't do", "abgebrochen", "entfällt", "annulé", "cancelado", "annullato"},
}

// Status reads a status; false for a word that nobody knows.
func Status(cell string) (string, bool) {
	for status, list := range statuses {
		if slices.Contains(list, strings.ToLower(strings.TrimSpace(cell))) {
			return status, true
		}
	}
	return "", false
}

// Mapping says how a table is read.
type Mapping struct {
	Columns map[string]int // by field, from 0
	Order   Order
	// OwnerSide is the side of owners that the room does not know.
	OwnerSide string
	Skip      []int // lines that are left out
}

// Fault is what is wrong in a cell.
type Fault struct {
	Line    int
	Column  int // from 0; -1 when the field has none
	Field   string
	Message string
}

// Plan reads a table as rows of a plan, and what is wrong in it.
func Plan(t Table, m Mapping) (rows []room.ImportRow, faults []Fault) {
	for n, cells := range t.Rows {
		line := t.Lines[n]
		if slices.Contains(m.Skip, line) {
			continue
		}
		at := func(field string) string {
			if i, ok := m.Columns[field]; ok && i >= 0 && i < len(cells) {
				return cells[i]
			}
			return ""
		}
		fault := func(field, message string) {
			column, ok := m.Columns[field]
			if !ok {
				column = -1
			}
			faults = append(faults, Fault{Line: line, Column: column, Field: field, Message: message})
		}
		line1 := func(field string) string { return strings.Join(strings.Fields(at(field)), " ") }
		row := room.ImportRow{
			Title: line1("title"), Phase: line1("phase"), Description: at("description"),
			Owner: line1("owner"), SellerOwner: line1("seller_owner"), BuyerOwner: line1("buyer_owner"), OwnerSide: m.OwnerSide,
		}
		if cell := at("due"); cell != "" {
			day, ok := Day(cell, m.Order)
			if row.Due = day; !ok {
				row.Due = ""
				fault("due", "this is not a date; use 2026-10-22, 22.10.2026, 10/22/2026 or 22 Oct 2026")
			}
		}
		if cell := at("status"); cell != "" {
			status, ok := Status(cell)
			if row.Status = status; !ok {
				fault("status", "this is not a status; use not started, in progress, blocked, done or cancelled")
			}
		}
		wrong := row.Check()
		for _, field := range Fields {
			if err := wrong[field]; err != nil {
				fault(field, err.Message)
			}
		}
		rows = append(rows, row)
	}
	return rows, faults
}
