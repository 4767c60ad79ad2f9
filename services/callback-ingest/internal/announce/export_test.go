package announce

// MostOffered is how many notices wait in memory.
const MostOffered = mostOffered
