package mail_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"parley/server/mail"
)

// Without a mail server mails are kept, whole, newest first, bounded in number,
// and for the eyes of the server's owner alone.
func TestMailsAreKept(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "mail")
	k := mail.NewKept(dir)
	if list, err := k.List(); err != nil || len(list) != 0 {
		t.Fatalf("before any: %v, %v", list, err)
	}
	for n := range 205 {
		l := letter
		l.Subject = fmt.Sprintf("mail %d", n)
		if err := k.Send(t.Context(), l.To("marc@acme.example")); err != nil {
			t.Fatal(err)
		}
	}

	list, err := k.List()
	if err != nil || len(list) != 200 || list[0].Message.Subject != "mail 204" || list[199].Message.Subject != "mail 5" {
		t.Fatalf("%d mails, %v", len(list), err)
	}
	if one, ok, err := k.Get(list[0].ID); err != nil || !ok || !strings.Contains(one.Message.Text, letter.Code) || one.Message.HTML == "" {
		t.Errorf("one = %+v, %v, %v", one, ok, err)
	}
	for _, id := range []string{"", "../../etc/passwd", "nothing", list[0].ID + "/..", "0000000000000000-aaaaaaaaaaaa"} {
		if _, ok, err := k.Get(id); ok || err != nil {
			t.Errorf("Get(%q) = %v, %v", id, ok, err)
		}
	}
	for path, want := range map[string]os.FileMode{dir: 0o700, filepath.Join(dir, list[0].ID+".json"): 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
}
