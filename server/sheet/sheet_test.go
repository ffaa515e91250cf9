package sheet

import (
	"archive/zip"
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"parley/room"
)

// workbook is an XLSX with these cells.
func workbook(t *testing.T, set func(f *excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	set(f)
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// CSV is read with the separator and the encoding that it has.
func TestReadCSV(t *testing.T) {
	for name, file := range map[string]string{
		"commas":       "Task,Due date\n\"Review, security\",2026-10-22\n",
		"semicolons":   "Task;Due date\r\nReview, security;2026-10-22\r\n",
		"tabs, a mark": "\ufeffTask\tDue date\nReview, security\t2026-10-22",
		"UTF-16":       "\xff\xfe" + strings.Join(strings.Split("Task\tDue date\nReview, security\t2026-10-22", ""), "\x00") + "\x00",
	} {
		got, err := Read([]byte(file))
		if err != nil || len(got.Rows) != 1 || got.Rows[0][0] != "Review, security" || got.Rows[0][1] != "2026-10-22" || got.Lines[0] != 2 {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	if got, err := Read([]byte("Aufgabe;F\xe4llig\nVertrag \x96 Pr\xfcfung;22.10.2026\n")); err != nil || got.Header[1] != "Fällig" || got.Rows[0][0] != "Vertrag – Prüfung" {
		t.Errorf("Windows-1252: %+v, %v", got, err)
	}
}

// A workbook's dates are days whatever they look like, and formulas are text.
func TestReadXLSX(t *testing.T) {
	file := workbook(t, func(f *excelize.File) {
		_ = f.SetSheetRow("Sheet1", "A1", &[]any{"Task", "Due", "Cost"})
		_ = f.SetCellValue("Sheet1", "A2", "=cmd|' /C calc'!A0")
		_ = f.SetCellValue("Sheet1", "B2", time.Date(2026, 10, 22, 0, 0, 0, 0, time.UTC))
		_ = f.SetCellValue("Sheet1", "C2", 46317)
		_ = f.SetCellFormula("Sheet1", "A3", `HYPERLINK("http://evil.example","x")`)
	})
	got, err := Read(file)
	if err != nil || len(got.Rows) != 1 || got.Rows[0][0] != "=cmd|' /C calc'!A0" || got.Rows[0][1] != "2026-10-22" || got.Rows[0][2] != "46317" {
		t.Errorf("%+v, %v", got, err)
	}
}

// Spreadsheets on a Mac counted days from 1904; the day is the one they show.
func TestReadXLSXThatCountsFrom1904(t *testing.T) {
	file := workbook(t, func(f *excelize.File) {
		_ = f.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: new(true)})
		_ = f.SetSheetRow("Sheet1", "A1", &[]any{"Task", "Due"})
		_ = f.SetSheetRow("Sheet1", "A2", &[]any{"Review", 44855}) // 22 October 2026, 1462 days fewer
		style, _ := f.NewStyle(&excelize.Style{NumFmt: 14})
		_ = f.SetCellStyle("Sheet1", "B2", "B2", style)
	})
	got, err := Read(file)
	if err != nil || got.Rows[0][1] != "2026-10-22" {
		t.Errorf("%+v, %v", got, err)
	}
}

// novels is a small workbook that has one long text in every row.
func novels(t *testing.T) []byte {
	return workbook(t, func(f *excelize.File) {
		_ = f.SetCellValue("Sheet1", "A1", "Task")
		for row := 2; row <= 200; row++ {
			_ = f.SetCellValue("Sheet1", fmt.Sprintf("A%d", row), strings.Repeat("a", MaxCell))
		}
	})
}

// Dates in words are read, whatever the day of the week begins with.
func TestDayInWords(t *testing.T) {
	for cell, want := range map[string]string{
		"Tue 20 Oct 2026": "2026-10-20", "Thu, 22 Oct 2026": "2026-10-22", "Fri 23 Oct 2026": "2026-10-23",
		"2026-10-22T09:30:00Z": "2026-10-22", "2026-10-22 00:00:00": "2026-10-22",
	} {
		if got, ok := Day(cell, DayFirst); !ok || got != want {
			t.Errorf("%q is %q, want %q", cell, got, want)
		}
	}
}

// What is made to break the reader is refused in words, in bounded memory.
func TestReadRefusesHostileFiles(t *testing.T) {
	packed := func(files map[string]string) []byte {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		for name, body := range files {
			w, err := z.Create(name)
			if err != nil {
				t.Fatal(err)
			}
			_, _ = w.Write([]byte(body))
		}
		_ = z.Close()
		return b.Bytes()
	}
	book := map[string]string{
		"[Content_Types].xml":        `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`,
		"_rels/.rels":                `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml":            `<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
	}
	sheetOf := func(body string) []byte {
		files := map[string]string{"xl/worksheets/sheet1.xml": body}
		for name, text := range book {
			files[name] = text
		}
		return packed(files)
	}
	const ns = `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">`
	rows := strings.Repeat("a\n", MaxRows)
	for name, file := range map[string][]byte{
		"nothing":                {},
		"a header alone":         []byte("Task,Due\n"),
		"too many rows":          []byte("Task\n" + rows),
		"too many columns":       []byte(strings.Repeat("a,", MaxColumns) + "a\nb\n"),
		"a cell that is a book":  []byte("Task\n" + strings.Repeat("a", MaxCell+1) + "\n"),
		"a column with a novel":  []byte(strings.Repeat("a", room.MaxTitle+1) + ",b\na,b\n"),
		"a novel in every row":   novels(t),
		"a file too large":       bytes.Repeat([]byte("a\n"), MaxBytes),
		"an old workbook":        append([]byte{0xd0, 0xcf, 0x11, 0xe0}, make([]byte, 100)...),
		"a zip of something":     packed(map[string]string{"a.txt": "a"}),
		"a torn zip":             []byte("PK\x03\x04 and no more"),
		"a bomb":                 packed(map[string]string{"xl/worksheets/sheet1.xml": strings.Repeat(" ", maxUnpacked+1)}),
		"the last row there is":  sheetOf(ns + `<dimension ref="A1:XFD1048576"/><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>Task</t></is></c></row><row r="1048576"><c r="A1048576"><v>1</v></c></row></sheetData></worksheet>`),
		"the last column":        sheetOf(ns + `<sheetData><row r="1"><c r="XFD1"><v>1</v></c></row><row r="2"><c r="A2"><v>1</v></c></row></sheetData></worksheet>`),
		"a doctype with a laugh": sheetOf(`<!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;">]>` + ns + `<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&b;</t></is></c></row></sheetData></worksheet>`),
		"an outside entity":      sheetOf(`<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>` + ns + `<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>Task</t></is></c></row><row r="2"><c r="A2" t="inlineStr"><is><t>&e;</t></is></c></row></sheetData></worksheet>`),
	} {
		table, err := Read(file)
		if room.CodeOf(err) != room.Invalid {
			t.Errorf("%s: %d rows, %v", name, len(table.Rows), err)
		}
	}
}

// Columns are found by the words over them, dates in their order.
func TestPlan(t *testing.T) {
	table, err := Read([]byte("Section;Task name;Due date;Assignee;Status\nEvaluate;Review;22/10/2026;Dana;Done\n;Sign;05/11/2026;;offen\n;;31/02/2026;;perhaps\n"))
	if err != nil {
		t.Fatal(err)
	}
	m := Mapping{Columns: Guess(table.Header), Order: DayFirst, OwnerSide: "buyer"}
	if got := fmt.Sprint(m.Columns); got != "map[due:2 owner:3 phase:0 status:4 title:1]" {
		t.Errorf("columns = %s", got)
	}
	rows, faults := Plan(table, m)
	if rows[0] != (room.ImportRow{Title: "Review", Phase: "Evaluate", Due: "2026-10-22", Status: "done", Owner: "Dana", OwnerSide: "buyer"}) || rows[1].Due != "2026-11-05" || rows[1].Status != "not_started" {
		t.Errorf("rows = %+v", rows)
	}
	if len(faults) != 3 || faults[0].Line != 4 || faults[0].Field != "due" || faults[1].Field != "status" || faults[2].Field != "title" {
		t.Errorf("faults = %+v", faults)
	}
	if order, certain := GuessOrder([]string{"10/22/2026", "1/2/2026"}); order != MonthFirst || !certain {
		t.Errorf("order = %s, %v", order, certain)
	}
	if _, certain := GuessOrder([]string{"1/2/2026"}); certain {
		t.Error("1/2 can be read both ways")
	}
}
