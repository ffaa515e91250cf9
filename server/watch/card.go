package watch

// Card is what the preview of a link shows.
type Card struct{ Title, Text, URL, Alt string }
