//go:build race

package e2e

// raceFlag builds programs as this test was built, from the same build cache.
const raceFlag = "-race=true"
