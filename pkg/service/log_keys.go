package service

// One spelling per key, so that one query finds every line about an order in the logs of all services.
const (
	KeyService    = "service"
	KeyPart       = "part"
	KeyMerchant   = "merchant"
	KeyOutOrderNo = "out_order_no"
	KeyEventID    = "event_id"
	KeyEventType  = "event_type"
	KeySubject    = "subject"
	KeyEndpoint   = "endpoint"
	KeyRequestID  = "request_id"
	KeyClass      = "class"
	KeyCode       = "code"
	KeyError      = "error"
	// KeyElapsed is a time.Duration.
	KeyElapsed = "elapsed"
)
