package merchant

import "strings"

const (
	digits = "0123456789"
	lower  = "abcdefghijklmnopqrstuvwxyz"
	upper  = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
)

// only reports whether s is least..most characters, all of the set.
func only(s, set string, least, most int) bool {
	return len(s) >= least && len(s) <= most && strings.Trim(s, set) == ""
}

// isID: the id is a token of subjects and a path segment of notify_url.
func isID(s string) bool { return only(s, digits+lower+"-", 1, 32) }

func isMchID(s string) bool { return only(s, digits, 8, 10) }

func isSerial(s string) bool { return only(s, digits+"abcdefABCDEF", 40, 40) }

const appIDRule = "must be wx and letters or digits, at most 32 characters"

func isAppID(s string) bool { return strings.HasPrefix(s, "wx") && only(s, digits+lower+upper, 3, 32) }

// isServiceID: the sheet gives the length; that it is letters and digits is what every example shows.
func isServiceID(s string) bool { return only(s, digits+lower+upper, 1, 32) }
