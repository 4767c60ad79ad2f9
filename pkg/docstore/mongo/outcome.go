package mongo

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/facepay-go/facepay/pkg/docstore"
)

const duplicateKey = 11000

// hopeless are server error codes of documents and indexes that will not be taken however often they are sent
// (MongoDB error_codes.yml).
var hopeless = [...]int{
	52,    // DollarPrefixedFieldName
	57,    // DottedFieldName
	67,    // CannotCreateIndex
	73,    // InvalidNamespace
	85,    // IndexOptionsConflict
	86,    // IndexKeySpecsConflict
	121,   // DocumentValidationFailure
	10334, // BSONObjectTooLarge
	17280, // KeyTooLong
}

// outcome classifies an error of the driver. Messages of the server quote values (E11000 prints the key), so of a
// server's answer only code and name are told.
func outcome(ctx context.Context, err error, doing string) error {
	if ctx.Err() != nil {
		return docstore.Away(ctx.Err(), doing)
	}
	if wce := unconfirmed(err); wce != nil {
		return notSafe(wce, doing)
	}
	if codes := mongo.ErrorCodes(err); len(codes) > 0 && codes[0] != 0 {
		return refusal(codes[0], nameOf(err), doing)
	}
	if mongo.IsNetworkError(err) || mongo.IsTimeout(err) || errors.Is(err, mongo.ErrClientDisconnected) {
		return docstore.Away(err, doing)
	}
	return docstore.Away(fmt.Errorf("%T", err), doing)
}

// unconfirmed is the write concern error of an answer, nil when it has none. It decides alone: whatever else the answer
// says, such as that a document is there already, may rest on writes that a new primary will not know.
func unconfirmed(err error) *mongo.WriteConcernError {
	if bulk, isBulk := errors.AsType[mongo.BulkWriteException](err); isBulk {
		return bulk.WriteConcernError
	}
	single, _ := errors.AsType[mongo.WriteException](err)
	return single.WriteConcernError
}

func notSafe(wce *mongo.WriteConcernError, doing string) error {
	return docstore.Away(fmt.Errorf("write concern error %d %s", wce.Code, wce.Name), doing)
}

// refusal is a server's answer with a code.
func refusal(code int, name, doing string) error {
	switch {
	case code == duplicateKey:
		return docstore.Exists("the collection")
	case aborted(code):
		return docstore.Away(errAborted, doing)
	case slices.Contains(hopeless[:], code):
		return docstore.Refused("mongodb", "%s: server error %d %s", doing, code, name)
	}
	return docstore.Away(fmt.Errorf("server error %d %s", code, name), doing)
}

func nameOf(err error) string {
	command, _ := errors.AsType[mongo.CommandError](err)
	return command.Name
}

// perDocument spreads the error of an unordered bulk over its n documents; those without one had no failure of their own.
func perDocument(ctx context.Context, err error, n int, doing string) []error {
	if err == nil {
		return make([]error, n)
	}
	bulk, isBulk := errors.AsType[mongo.BulkWriteException](err)
	if !isBulk {
		return repeat(outcome(ctx, err, doing), n)
	}
	if bulk.WriteConcernError != nil { // written somewhere, or refused for what is there, but not safely
		return repeat(notSafe(bulk.WriteConcernError, doing), n)
	}
	errs := make([]error, n)
	for _, we := range bulk.WriteErrors {
		errs[we.Index] = refusal(we.Code, "", doing)
	}
	return errs
}

func repeat(err error, n int) []error { return slices.Repeat([]error{err}, n) }
