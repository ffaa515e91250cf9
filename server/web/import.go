package web

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gorilla/mux"

	"parley/room"
	"parley/server/sheet"
)

// ImportOptions say how an uploaded table is read. What is left out is guessed.
type ImportOptions struct {
	Client    string         `json:"client"` // of an import: a UUID made for it, the same when it is sent again
	Columns   map[string]int `json:"columns"`
	DateOrder sheet.Order    `json:"date_order"`
	OwnerSide string         `json:"owner_side"`
	Skip      []int          `json:"skip"`
}

// ImportPreview is a table as it would be imported.
type ImportPreview struct {
	Header    []string       `json:"header"`
	Columns   map[string]int `json:"columns"`
	DateOrder sheet.Order    `json:"date_order"`
	Certain   bool           `json:"date_order_certain"`
	Rows      int            `json:"rows"`
	Sample    [][]string     `json:"sample"`
	Faults    []ImportFault  `json:"faults"`
}

// ImportFault is what is wrong in a cell, as a spreadsheet counts.
type ImportFault struct {
	Row     int    `json:"row"`
	Column  string `json:"column,omitempty"` // the words over it
	Field   string `json:"field"`
	Message string `json:"message"`
}

// maxUpload is a table with its options and what frames them.
const maxUpload = sheet.MaxBytes + 128<<10

// sampleRows is how much of a table a preview shows.
const sampleRows = 5

// uploadPath reports whether a call takes a file.
func uploadPath(path string) bool {
	return strings.HasPrefix(path, "/api/v1/rooms/") && (strings.HasSuffix(path, "/import") || strings.HasSuffix(path, "/import/preview"))
}

// upload describes a call that takes a file and options and answers a T.
func upload[T any](s *server, path, id, summary string) huma.Operation {
	o := raw("POST", path, id, summary, "200", "application/json")
	registry := s.api.OpenAPI().Components.Schemas
	o.Responses["200"].Content["application/json"].Schema = registry.Schema(reflect.TypeFor[T](), true, "")
	o.Security = securityOf("POST", path)
	o.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"multipart/form-data": {Schema: &huma.Schema{
		Type: huma.TypeObject, Required: []string{"file"}, Properties: map[string]*huma.Schema{
			"file":    {Type: huma.TypeString, Format: "binary", Description: "CSV or XLSX, at most 2 MB, 1,000 rows and 50 columns"},
			"options": {Type: huma.TypeString, Description: "JSON: client (a UUID, for an import), columns {field: column from 0}, date_order (dmy, mdy), owner_side (seller, buyer), skip [rows]"},
		},
	}}}}
	o.Responses["default"] = refusalOf(registry)
	return o
}

// previewImport shows how a table would be read; nothing is written.
func (s *server) previewImport(w http.ResponseWriter, r *http.Request) {
	s.answerUpload(w, r, func(grant room.Grant, t sheet.Table, o ImportOptions) (any, error) {
		m, certain := mappingOf(t, o)
		rows, faults := sheet.Plan(t, m)
		return ImportPreview{
			Header: t.Header, Columns: m.Columns, DateOrder: m.Order, Certain: certain, Rows: len(rows),
			Sample: t.Rows[:min(sampleRows, len(t.Rows))], Faults: faultsOf(t, faults),
		}, nil
	})
}

// importPlan imports a table as one commit, all of it or nothing.
func (s *server) importPlan(w http.ResponseWriter, r *http.Request) {
	s.answerUpload(w, r, func(grant room.Grant, t sheet.Table, o ImportOptions) (any, error) {
		if !room.ValidUUID(o.Client) {
			return nil, room.FieldErrorf(room.Invalid, "client", "client is a UUID in lower case, made for this import")
		}
		m, _ := mappingOf(t, o)
		rows, faults := sheet.Plan(t, m)
		if len(faults) > 0 {
			err := room.FieldErrorf(room.Invalid, "file", "nothing was imported: %d of its cells cannot be read; the first is in row %d", len(faults), faults[0].Line)
			err.Current = faultsOf(t, faults)
			return nil, err
		}
		verdict, err := s.Hub.Submit(r.Context(), grant.Room, room.Request{
			Member: grant.Member, Session: grant.Session, Client: room.ClientID(o.Client), Stream: room.Shared, Seq: 1, Base: newest,
			Ops: []room.Op{{Kind: room.KindPlanImport, Rows: rows}},
		})
		if err != nil {
			return nil, err
		}
		if verdict.Err != nil {
			return nil, verdict.Err
		}
		return Accepted{Rev: verdict.Rev}, nil
	})
}

// answerUpload lets an editor in, reads the table and answers.
func (s *server) answerUpload(w http.ResponseWriter, r *http.Request, answer func(room.Grant, sheet.Table, ImportOptions) (any, error)) {
	out, err := func() (any, error) {
		grant, err := s.enter(r.Context(), mux.Vars(r)["room"])
		if err != nil {
			return nil, err
		}
		if grant.Watcher() || !grant.Member.Access.AtLeast(room.Editor) {
			return nil, room.Errorf(room.Forbidden, "importing needs the access editor or more")
		}
		if err := s.takeCostly(grant); err != nil {
			return nil, err
		}
		file, o, err := readUpload(r)
		if err != nil {
			return nil, err
		}
		t, err := sheet.Read(file)
		if err != nil {
			return nil, err
		}
		return answer(grant, t, o)
	}()
	if err != nil {
		p := s.fail(r.Context(), err)
		refuse(w, &room.Error{Code: p.Code, Message: p.Detail, Field: p.Field, Current: p.Current, RetryMS: p.RetryMS})
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(out) // a lost connection has no reader
}

// readUpload reads the two parts of an upload into memory, each bounded.
func readUpload(r *http.Request) (file []byte, o ImportOptions, err error) {
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/form-data" || params["boundary"] == "" {
		return nil, o, room.Errorf(codeMediaType, "send the file as multipart/form-data with the parts file and options")
	}
	parts := multipart.NewReader(r.Body, params["boundary"])
	for {
		part, err := parts.NextRawPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, o, room.Errorf(room.Invalid, "the upload cannot be read, or is too large")
		}
		data, err := io.ReadAll(io.LimitReader(part, sheet.MaxBytes+1))
		if err != nil {
			return nil, o, room.Errorf(room.Invalid, "the upload cannot be read, or is too large")
		}
		switch part.FormName() {
		case "file":
			file = data
		case "options":
			if o, err = optionsOf(data); err != nil {
				return nil, o, err
			}
		}
	}
	if file == nil {
		return nil, o, room.FieldErrorf(room.Invalid, "file", "file is required")
	}
	return file, o, nil
}

func optionsOf(data []byte) (o ImportOptions, err error) {
	if _, err := room.ParseJSON(data); err != nil {
		return o, err
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&o); err != nil {
		return o, room.FieldErrorf(room.Invalid, "options", "the options do not fit: %s", err)
	}
	for field := range o.Columns {
		if !slices.Contains(sheet.Fields, field) {
			return o, room.FieldErrorf(room.Invalid, "columns", "a column is one of %s", strings.Join(sheet.Fields, ", "))
		}
	}
	switch {
	case len(o.Skip) > sheet.MaxRows:
		return o, room.FieldErrorf(room.Invalid, "skip", "a table has at most %d rows to leave out", sheet.MaxRows)
	case !slices.Contains([]sheet.Order{"", sheet.DayFirst, sheet.MonthFirst}, o.DateOrder):
		return o, room.FieldErrorf(room.Invalid, "date_order", "date_order is dmy or mdy")
	case !slices.Contains([]string{"", "seller", "buyer"}, o.OwnerSide):
		return o, room.FieldErrorf(room.Invalid, "owner_side", "owner_side is seller or buyer")
	}
	return o, nil
}

// mappingOf fills what the options leave open.
func mappingOf(t sheet.Table, o ImportOptions) (m sheet.Mapping, certain bool) {
	m = sheet.Mapping{Columns: o.Columns, Order: o.DateOrder, OwnerSide: o.OwnerSide, Skip: o.Skip}
	if m.Columns == nil {
		m.Columns = sheet.Guess(t.Header)
	}
	var dates []string
	if due, ok := m.Columns["due"]; ok && due >= 0 && due < len(t.Header) {
		for _, row := range t.Rows {
			dates = append(dates, row[due])
		}
	}
	order, certain := sheet.GuessOrder(dates)
	if m.Order == "" {
		m.Order = order
	}
	return m, certain
}

func faultsOf(t sheet.Table, faults []sheet.Fault) []ImportFault {
	out := []ImportFault{}
	for _, f := range faults {
		column := ""
		if f.Column >= 0 && f.Column < len(t.Header) {
			column = t.Header[f.Column]
		}
		out = append(out, ImportFault{Row: f.Line, Column: column, Field: f.Field, Message: f.Message})
	}
	return out
}
