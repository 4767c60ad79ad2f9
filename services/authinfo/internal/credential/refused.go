package credential

// Codes by which a kiosk's SDK says that the credential itself is at fault (wechat-protocol.md §2.2).
const (
	// staleOrClock: request information missing or expired: stale authinfo, or a wrong device clock.
	staleOrClock = 271382020
	// paramError comes with "AuthInfo License Error": authinfo and rawdata are not of the same machine. The text is not
	// asked: a new credential after any PARAM_ERROR of the SDK costs one call and can only help.
	paramError = "PARAM_ERROR"
)

// Refused reports whether the outcome of getUserPayScoreStatus means that the credential must not be used again.
func Refused(returnCode string, errCode int64) bool {
	return errCode == staleOrClock || returnCode == paramError
}
