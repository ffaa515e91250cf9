package room

// day is a calendar day, counted from 1970-01-01. Arithmetic is on numbers;
// only what is read and written is text.
type day int32

// The days that may be written; a schedule that leads further ends at them.
var (
	firstDay = dayOf(minYear, 1, 1)
	lastDay  = dayOf(maxYear, 12, 31)
)

// dayOf returns the number of a day of the Gregorian calendar: years begin in
// March, so that the leap day is a year's last.
func dayOf(year, month, dom int) day {
	if month <= 2 {
		year--
		month += 12
	}
	era := floorDiv(year, 400)
	inEra := year - era*400
	inYear := (153*(month-3)+2)/5 + dom - 1
	return day(era*146_097 + inEra*365 + inEra/4 - inEra/100 + inYear - 719_468)
}

// parseDay reads a day that [checkDay] accepted; false for the absent one.
func parseDay(v Value) (day, bool) {
	s, ok := v.(string)
	if !ok || len(s) < len(DateFormat) {
		return 0, false
	}
	digits := func(s string) (n int) {
		for i := range len(s) {
			n = n*10 + int(s[i]-'0')
		}
		return n
	}
	return dayOf(digits(s[:4]), digits(s[5:7]), digits(s[8:10])), true
}

// date returns the year, the month and the day of the month.
func (d day) date() (year, month, dom int) {
	n := int(d) + 719_468
	era := floorDiv(n, 146_097)
	inEra := n - era*146_097
	years := (inEra - inEra/1460 + inEra/36_524 - inEra/146_096) / 365
	inYear := inEra - (365*years + years/4 - years/100)
	month = (5*inYear + 2) / 153
	dom = inYear - (153*month+2)/5 + 1
	if month += 3; month > 12 {
		month -= 12
		years++
	}
	return era*400 + years, month, dom
}

// The days of 2020 to 2059 are written down once for all: a schedule names some
// thousand, and plans are about these.
var (
	tableFrom = dayOf(2020, 1, 1)
	tableDays = int(dayOf(2060, 1, 1) - tableFrom)
	dayTable  = writeDays(tableFrom, tableDays)
)

// writeDays is the text of n days, one after the other.
func writeDays(from day, n int) string {
	b := make([]byte, 0, n*len(DateFormat))
	for i := range n {
		b = append(b, (from + day(i)).written()...)
	}
	return string(b)
}

// String writes the day as "2006-01-02", the nearest one that may be written.
func (d day) String() string {
	i := int(d - tableFrom)
	if i < 0 || i >= tableDays {
		return d.written()
	}
	return dayTable[i*len(DateFormat) : (i+1)*len(DateFormat)]
}

func (d day) written() string {
	year, month, dom := min(max(d, firstDay), lastDay).date()
	b := [len(DateFormat)]byte{
		byte('0' + year/1000), byte('0' + year/100%10), byte('0' + year/10%10), byte('0' + year%10), '-',
		byte('0' + month/10), byte('0' + month%10), '-', byte('0' + dom/10), byte('0' + dom%10),
	}
	return string(b[:])
}

// weekday is 0 for Monday to 6 for Sunday.
func (d day) weekday() int { return mod(int(d)+3, 7) }

func floorDiv(a, b int) int {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func mod(a, b int) int { return a - floorDiv(a, b)*b }
