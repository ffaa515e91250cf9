// Package sheet reads tables that people upload, CSV and XLSX. It trusts
// nothing in them: sizes are bounded before and while reading, cells are text,
// formulas are never evaluated.
package sheet

import (
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"parley/room"
)

// The bounds of a table. A plan has 500 milestones; what is larger is another table.
const (
	MaxBytes   = 2 << 20 // of the file
	MaxRows    = 1_000   // with the header and empty ones
	MaxColumns = 50
	MaxCell    = room.MaxText // characters of a cell
	// maxUnpacked bounds an XLSX when it is unpacked: a small file can hold a
	// large one.
	maxUnpacked = 32 << 20
)

// Table is a table's header and the lines below it that are not empty.
type Table struct {
	Header []string
	Rows   [][]string // as long as the header each
	Lines  []int      // of each row, as the file counts: the header is mostly 1
}

// Read reads a table. The error is a [*room.Error] that says what is accepted.
func Read(file []byte) (table Table, err error) {
	if len(file) > MaxBytes {
		return Table{}, fault("the file is larger than %d MB", MaxBytes>>20)
	}
	lines := csvLines
	if bytes.HasPrefix(file, []byte("PK\x03\x04")) {
		lines = xlsxLines
	}
	defer func() {
		if p := recover(); p != nil { // the reader of workbooks, on one made to break it
			table, err = Table{}, fault("this workbook is damaged; save it again, or export it as CSV")
		}
	}()
	c := collector{}
	if err := lines(file, c.take); err != nil {
		return Table{}, err
	}
	if c.table.Header == nil || len(c.table.Rows) == 0 {
		return Table{}, fault("the table has no rows below its header")
	}
	return c.table, nil
}

func fault(format string, args ...any) error {
	return room.FieldErrorf(room.Invalid, "file", format, args...)
}

// collector checks the lines of a table as they come.
type collector struct {
	table Table
	line  int
	size  int // of all cells so far
}

func (c *collector) take(cells []string) error {
	if c.line++; c.line > MaxRows {
		return fault("the table has more than %d rows", MaxRows)
	}
	for len(cells) > 0 && strings.TrimSpace(cells[len(cells)-1]) == "" {
		cells = cells[:len(cells)-1]
	}
	if len(cells) > MaxColumns {
		return fault("the table has more than %d columns", MaxColumns)
	}
	most := MaxCell
	if c.table.Header == nil {
		most = room.MaxTitle
	}
	for i, cell := range cells {
		cells[i] = clean(cell)
		if c.size += len(cells[i]); c.size > MaxBytes {
			return fault("the table has more than %d MB of text", MaxBytes>>20) // one text of a workbook can be in every cell
		}
		if utf8.RuneCountInString(cells[i]) > most {
			return fault("row %d, column %d has more than %d characters", c.line, i+1, most)
		}
	}
	switch {
	case len(cells) == 0:
	case c.table.Header == nil:
		c.table.Header = cells
	default:
		row := make([]string, len(c.table.Header))
		copy(row, cells)
		c.table.Rows, c.table.Lines = append(c.table.Rows, row), append(c.table.Lines, c.line)
	}
	return nil
}

// clean leaves text that a record can hold: line breaks of one kind, no other
// control characters.
func clean(s string) string {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	s = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == utf8.RuneError || r == 0xfeff {
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(s)
}

// csvLines reads CSV with the separator that its first line uses most.
func csvLines(file []byte, take func([]string) error) error {
	text, err := decode(file)
	if err != nil {
		return err
	}
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.FieldsPerRecord, r.LazyQuotes = separator(text), -1, true
	for last := 0; ; {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fault("the CSV cannot be read: %v", err)
		}
		for line, _ := r.FieldPos(0); last+1 < line && last < MaxRows; last++ { // empty ones are passed over
			if err := take(nil); err != nil {
				return err
			}
		}
		if err := take(cells); err != nil {
			return err
		}
		last++
	}
}

func separator(text string) rune {
	first, _, _ := strings.Cut(text, "\n")
	best, most := ',', 0
	for _, r := range ",;\t|" {
		if n := strings.Count(first, string(r)); n > most {
			best, most = r, n
		}
	}
	return best
}

// decode reads UTF-8, UTF-16 with its mark, and else the Windows code page that
// spreadsheets of Western Europe write.
func decode(file []byte) (string, error) {
	switch {
	case bytes.HasPrefix(file, []byte{0xff, 0xfe}):
		return fromUTF16(file[2:], binary.LittleEndian), nil
	case bytes.HasPrefix(file, []byte{0xfe, 0xff}):
		return fromUTF16(file[2:], binary.BigEndian), nil
	case bytes.IndexByte(file, 0) >= 0:
		return "", fault("this is neither CSV nor XLSX; export the table as one of them")
	case utf8.Valid(file):
		return strings.TrimPrefix(string(file), "\ufeff"), nil
	}
	var b strings.Builder
	for _, c := range file {
		if c >= 0x80 && c < 0xa0 {
			b.WriteRune(windows1252[c-0x80])
		} else {
			b.WriteRune(rune(c))
		}
	}
	return b.String(), nil
}

// windows1252 is what that code page has where Latin-1 has control characters.
var windows1252 = []rune("€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ")

func fromUTF16(b []byte, order binary.ByteOrder) string {
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = order.Uint16(b[2*i:])
	}
	return string(utf16.Decode(units))
}

// xlsxLines reads the first sheet. A formula is the value that was saved with it.
func xlsxLines(file []byte, take func([]string) error) error {
	book, err := excelize.OpenReader(bytes.NewReader(file), excelize.Options{
		UnzipSizeLimit: maxUnpacked, UnzipXMLSizeLimit: maxUnpacked, ShortDatePattern: "yyyy-mm-dd", LongDatePattern: "yyyy-mm-dd",
	})
	if err != nil {
		return fault("this workbook cannot be read; save it again, or export it as CSV")
	}
	defer func() { _ = book.Close() }() // it was read from memory
	props, err := book.GetWorkbookProps()
	if err != nil {
		return fault("this workbook cannot be read; save it again, or export it as CSV")
	}
	from1904 := props.Date1904 != nil && *props.Date1904 // how spreadsheets on a Mac counted days
	names := book.GetSheetList()
	if len(names) == 0 {
		return fault("the workbook has no sheet")
	}
	shown, err1 := book.Rows(names[0])
	stored, err2 := book.Rows(names[0])
	if err1 != nil || err2 != nil {
		return fault("the first sheet cannot be read; export it as CSV")
	}
	defer func() { _, _ = shown.Close(), stored.Close() }()
	for shown.Next() && stored.Next() {
		cells, err1 := shown.Columns()
		raw, err2 := stored.Columns(excelize.Options{RawCellValue: true})
		if err1 != nil || err2 != nil {
			return fault("the first sheet cannot be read; export it as CSV")
		}
		for i := range cells {
			if i < len(raw) {
				cells[i] = day(cells[i], raw[i], from1904)
			}
		}
		if err := take(cells); err != nil {
			return err
		}
	}
	if err := shown.Error(); err != nil {
		return fmt.Errorf("reading a sheet: %w", err)
	}
	return nil
}

// looksLikeDay is a number shown as a date, in whatever order and words.
var looksLikeDay = regexp.MustCompile(`^[\p{L}.,]*\s*(\d{1,4}[-/. ]{1,2}(\d{1,2}|\p{L}{3,})[-/. ,]{1,2}\d{1,4}|\p{L}{3,}[-/. ]+\d{1,2},? \d{2,4})`)

// day returns a cell that is shown as a date as YYYY-MM-DD: the order of its
// numbers depends on who looks, the number behind it does not.
func day(shown, raw string, from1904 bool) string {
	n, err := strconv.ParseFloat(raw, 64)
	if err != nil || shown == raw || n < 1 || n > 110_000 || !looksLikeDay.MatchString(shown) {
		return shown
	}
	t, err := excelize.ExcelDateToTime(n, from1904)
	if err != nil {
		return shown
	}
	return t.Format(room.DateFormat)
}
