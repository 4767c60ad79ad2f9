package docstore

import "github.com/facepay-go/facepay/pkg/fault"

// The errors of a store, one spelling for all implementations. Ids and values stay out of the texts.

// Exists is a write of an id, or of a unique index value, that is already stored (Duplicate).
func Exists(collection string) error {
	return fault.New(fault.Duplicate, "document_exists", "%s has this id or unique value already", collection)
}

// Changed is a replace that found another version or no document (Conflict).
func Changed(collection string) error {
	return fault.New(fault.Conflict, "version_changed", "%s has another version of this document, or none", collection)
}

// Missing is a get that found nothing (NotFound).
func Missing(collection string) error {
	return fault.New(fault.NotFound, "document_missing", "%s has no such document", collection)
}

// Away is a store that cannot answer now (Retry); for a write the outcome is unknown. The text of err must be free of
// document contents and credentials.
func Away(err error, doing string) error {
	return fault.Wrap(err, fault.Retry, "store_away", doing)
}

// Refused is a document, query or schema that the database itself will never take (Terminal).
func Refused(collection, format string, args ...any) error {
	return fault.Invalid(collection, "store_refused", format, args...)
}
