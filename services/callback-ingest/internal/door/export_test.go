package door

// SourceOf is what a connection's source is counted by.
var SourceOf = sourceOf
