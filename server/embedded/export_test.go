package embedded

import "context"

// FindIn looks for programs in dirs alone.
func FindIn(ctx context.Context, dirs []string) (string, error) {
	return choose(ctx, dirs, "", "")
}

// Socket is the directory of the socket.
func (s *Server) Socket() string { return s.socket }
