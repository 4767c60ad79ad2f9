// Package gate stands before the calls of one account: a rate per endpoint, a back-off per endpoint after "too frequent",
// and a circuit for the whole account. It knows nothing of WeChat; the time, the dice and the outcomes come in from
// outside. Two accounts share nothing here, and neither do two endpoints of one account but their circuit.
//
// Who may not go at once waits in one queue and is served first come first served; an endpoint that has to wait lets
// those of others pass. The queue has a bound, and so has the wait: who cannot go in time is told so at once.
package gate
