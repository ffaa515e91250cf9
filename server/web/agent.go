package web

import "strings"

// agentName says in words what a browser calls itself, for the list of where
// somebody is signed in: "Firefox on Windows". It takes nothing over that could
// tell one person from another.
func agentName(header string) string {
	browser := named(header, [][2]string{
		{"Edg/", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"FxiOS/", "Firefox"}, {"CriOS/", "Chrome"},
		{"Chrome/", "Chrome"}, {"Safari/", "Safari"}, {"curl/", "curl"},
	})
	system := named(header, [][2]string{
		{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"Mac OS X", "Mac"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"},
	})
	switch {
	case browser == "" && system == "":
		return "Another program"
	case system == "":
		return browser
	case browser == "":
		return "A browser on " + system
	default:
		return browser + " on " + system
	}
}

func named(header string, marks [][2]string) string {
	for _, m := range marks {
		if strings.Contains(header, m[0]) {
			return m[1]
		}
	}
	return ""
}
