// Package nats holds the NATS server configuration, so that an embedded server runs on the very file that production
// mounts.
package nats

import _ "embed"

// Conf is nats.conf.
//
//go:embed nats.conf
var Conf string
