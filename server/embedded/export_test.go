package embedded

import "context"

// FindIn looks for programs in dirs alone.
func FindIn(ctx context.Context, dirs []string) (string, error) {
	return choose(ctx, dirs, "", "")
}
