#!/usr/bin/env bash
# Gives the store tests a MongoDB server: the one named in MONGODB_URI, else MongoDB in Docker,
# else a Mongo-compatible substitute (FerretDB v2 on PostgreSQL). README.md beside it says what each proves.
#
#   testserver.sh run -- COMMAND…   runs COMMAND (stdin is /dev/null) with MONGODB_URI set and returns its exit
#                                   code; the server it started is gone afterwards, however the run ends
#   testserver.sh start             starts a server that stays, or finds the one that runs; prints its URI
#   testserver.sh stop              stops the server that `start` started
#
# Exit code 69 (EX_UNAVAILABLE) and one line on stderr: no server can be had here. 64: wrong usage.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=testserver/docker.sh
source "$here/testserver/docker.sh"
# shellcheck source=testserver/substitute.sh
source "$here/testserver/substitute.sh"

uri=     # where the server listens, set by the backend that started it
backend= # docker or substitute, once one of them has begun to start

say() { echo "testserver: $*" >&2; }

no_server() {
	say "no MongoDB server: $*"
	exit 69
}

usage() {
	say "usage: testserver.sh run -- COMMAND… | start | stop"
	exit 64
}

# start_server LIFETIME: `run` = the server ends with this script; `stay` = it outlives it.
start_server() {
	if docker_usable; then
		backend=docker
		if docker_start "$1"; then return; fi
		say "the Docker engine could not run $docker_image; using the substitute"
	fi
	backend=substitute
	substitute_start "$1"
}

stop_own_server() {
	trap '' INT TERM HUP # a second Ctrl-C must not cut the clean-up short
	[[ -z $backend ]] || "${backend}_stop_own"
}

# run_command COMMAND…: in its own process group, so that a signal to this script or from the terminal reaches the
# command and everything it started, once, while the server lives on until they have ended.
run_command() {
	local child status signalled=yes
	set -m
	"$@" </dev/null &
	child=$!
	set +m
	trap 'signalled=yes; kill -s INT -- "-$child" 2>/dev/null || true' INT
	trap 'signalled=yes; kill -s TERM -- "-$child" 2>/dev/null || true' TERM HUP
	while [[ $signalled ]]; do # a trapped signal ends `wait` early
		signalled=
		status=0
		wait "$child" || status=$?
	done
	return "$status"
}

run() {
	[[ ${1-} == -- && $# -ge 2 ]] || usage
	shift
	if [[ -n ${MONGODB_URI-} ]]; then exec "$@" </dev/null; fi
	trap stop_own_server EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
	start_server run
	export MONGODB_URI=$uri
	local status=0
	run_command "$@" || status=$?
	[[ $status -eq 0 ]] || "${backend}_report"
	exit "$status"
}

start() {
	if [[ -n ${MONGODB_URI-} ]]; then
		echo "$MONGODB_URI"
		return
	fi
	uri=$(docker_staying || substitute_staying)
	if [[ -z $uri ]]; then
		trap stop_own_server EXIT
		trap 'exit 130' INT
		trap 'exit 143' TERM HUP
		start_server stay
		trap - EXIT
	fi
	echo "$uri"
}

stop() {
	docker_stop_staying
	substitute_stop_staying
}

case ${1-} in
run) shift && run "$@" ;;
start) start ;;
stop) stop ;;
*) usage ;;
esac
