// Package service is what the main of every service needs and no business rule: strict config, secrets from files,
// ordered start and stop, logs, metrics and traces, the admin port, and requests over NATS micro services.
package service
