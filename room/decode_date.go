package room

// baselineName describes the name of a baseline.add.
var baselineName = Field{Name: "name", Type: Text, Max: MaxTitle, Required: true}

// decodeDate reads what a proposal of a date, or an answer to one, says.
func (op *Op) decodeDate(r *rule, m map[string]any) (err *Error) {
	if r.shape == proposeShape {
		if op.Milestone, err = decodeID(m, "milestone"); err != nil {
			return err
		}
	}
	switch r.shape {
	case proposeShape, counterShape:
		op.To, err = decodeDay(m, "to")
	case acceptShape:
		if op.Push, err = decodeFlag(m, "push"); err == nil {
			op.Unilateral, err = decodeFlag(m, "unilateral")
		}
	}
	if err != nil {
		return err
	}
	op.Reason, err = decodeReason(m)
	return err
}

// decodeDay reads a day that must be there.
func decodeDay(m map[string]any, key string) (string, *Error) {
	day, ok := m[key].(string)
	if !ok {
		return "", FieldErrorf(Invalid, key, "this is not a date; use YYYY-MM-DD")
	}
	if err := checkDay(day); err != nil {
		return "", about(key, err)
	}
	return day, nil
}

// decodeFlag reads a flag; absent or null is false.
func decodeFlag(m map[string]any, key string) (bool, *Error) {
	v := m[key]
	if v == nil {
		return false, nil
	}
	flag, ok := v.(bool)
	if !ok {
		return false, FieldErrorf(Invalid, key, "%s is neither true nor false", key)
	}
	return flag, nil
}

// decodeText reads a text that must be there.
func decodeText(m map[string]any, f *Field) (string, *Error) {
	if m[f.Name] == nil {
		return "", missing(f.Name)
	}
	v, err := f.CheckValue(m[f.Name])
	if err != nil {
		return "", about(f.Name, err)
	}
	return v.(string), nil
}
