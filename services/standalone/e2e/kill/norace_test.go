//go:build !race

package kill

// raceFlag builds programs as this test was built, from the same build cache.
const raceFlag = "-race=false"
