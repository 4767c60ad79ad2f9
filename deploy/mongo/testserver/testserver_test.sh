#!/usr/bin/env bash
# Holds testserver.sh to its promises: with the substitute (so it needs root), and with a scripted `docker` for the
# order of the steps on that path. Prints a line per promise; exits 1 when one is broken.
# shellcheck disable=SC2016 # most single-quoted text here is for an inner shell
set -uo pipefail

script=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/testserver.sh
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
passed=0 failed=0
unset MONGODB_URI

promise() { # TEXT CHECK
	if "$2" >"$scratch/output" 2>&1; then
		passed=$((passed + 1)) && echo "ok   $1"
	else
		failed=$((failed + 1)) && echo "FAIL $1" && sed 's/^/     /' "$scratch/output"
	fi
}

within() { # SECONDS CHECK…
	local deadline=$((SECONDS + $1))
	shift
	until "$@"; do
		((SECONDS < deadline)) || return 1
		sleep 0.05
	done
}

# testserver.sh where Docker has a client but no engine, and where `docker` is the script below.
mkdir "$scratch/no-engine" "$scratch/engine"
printf '#!/bin/sh\nexit 1\n' >"$scratch/no-engine/docker"
cat >"$scratch/engine/docker" <<'DOCKER'
#!/bin/sh
echo "$*" >>"$CALLS"
case $1 in
run) exit "${RUN_EXIT:-0}" ;;
port) echo 127.0.0.1:4321 ;;
ps) echo facepay-testserver-host-999999999 ;;
esac
DOCKER
chmod +x "$scratch"/*/docker
without_docker=(env "PATH=$scratch/no-engine:$PATH" bash "$script")
with_docker=(env "PATH=$scratch/engine:$PATH" "CALLS=$scratch/calls" bash "$script")

# The servers of this test have a cache of their own, so that others may use theirs meanwhile; the Debian folder in it,
# and its lock, are the real ones.
"${without_docker[@]}" run -- true || exit
mkdir -p "$scratch/cache/facepay/mongo"
ln -s "${XDG_CACHE_HOME:-$HOME/.cache}"/facepay/mongo/root-* "$scratch/cache/facepay/mongo"
export XDG_CACHE_HOME=$scratch/cache

no_process() { ! pgrep --full "serve\.sh .*$scratch" >/dev/null; }
no_mount() { ! grep --quiet "$scratch" /proc/mounts; }
nothing_left() { within 10 no_process && no_mount && ! compgen -G "$XDG_CACHE_HOME/facepay/mongo/servers/*"; }

exit_code() {
	"${without_docker[@]}" run -- bash -c 'exit 7'
	[[ $? -eq 7 ]] && nothing_left
}

loopback() {
	"${without_docker[@]}" run -- bash -c 'a=${MONGODB_URI#mongodb://127.0.0.1:}; : </dev/tcp/127.0.0.1/${a%/}'
}

# in_flight starts a run whose command waits for a signal. Sets $run and $command, the pids of both.
in_flight() {
	rm -f "$scratch/command"
	set -m # as a terminal's job, which does not ignore SIGINT
	"${without_docker[@]}" run -- bash -c 'trap "exit 9" INT TERM; echo $$ >"$0"; sleep 300 & wait' "$scratch/command" &
	run=$!
	set +m
	within 60 test -s "$scratch/command" && command=$(<"$scratch/command")
}

ends_on() { # SIGNAL
	local run command status=0
	in_flight || return 1
	kill -s "$1" "$run"
	wait "$run" || status=$?
	[[ $status -eq 9 ]] && nothing_left
}
interrupt() { ends_on INT; }
terminate() { ends_on TERM; }

kill_9() {
	local run command
	in_flight || return 1
	kill -KILL "$run"
	wait "$run"
	kill -TERM "$command"
	within 10 no_process && no_mount || return 1
	"${without_docker[@]}" run -- true && nothing_left # the next run clears the folder
}

server_dies() {
	"${without_docker[@]}" run -- bash -c 'kill -KILL $(pgrep --parent $PPID unshare); exit 3'
	[[ $? -eq 3 ]] && nothing_left
}

side_by_side() {
	local both='echo "$MONGODB_URI" >>"$0"; until [[ $(wc -l <"$0") -eq 2 ]]; do sleep 0.05; done'
	"${without_docker[@]}" run -- timeout 60 bash -c "$both" "$scratch/uris" &
	"${without_docker[@]}" run -- timeout 60 bash -c "$both" "$scratch/uris" && wait $! &&
		[[ $(sort -u "$scratch/uris" | wc -l) -eq 2 ]] && nothing_left
}

given_uri() {
	[[ $(MONGODB_URI=mongodb://given/ "${with_docker[@]}" run -- bash -c 'echo "$MONGODB_URI"') == mongodb://given/ ]] &&
		[[ ! -e $scratch/calls ]]
}

no_server() {
	local status=0
	printf '#!/bin/sh\nexit 1\n' >"$scratch/no-engine/unshare"
	chmod +x "$scratch/no-engine/unshare"
	"${without_docker[@]}" run -- true 2>"$scratch/why" || status=$?
	rm "$scratch/no-engine/unshare"
	cat "$scratch/why"
	[[ $status -eq 69 && $(wc -l <"$scratch/why") -eq 1 ]] && grep --quiet namespaces "$scratch/why"
}

docker_first() {
	rm -f "$scratch/calls"
	[[ $("${with_docker[@]}" run -- bash -c 'echo "$MONGODB_URI"') == mongodb://127.0.0.1:4321/ ]] || return 1
	cat "$scratch/calls"
	grep --quiet 'rm .*-999999999$' "$scratch/calls" && # what a killed run left
		[[ $(tail -n 1 "$scratch/calls") == "rm --force --volumes facepay-testserver-"* ]]
}

docker_without_image() {
	local uri
	uri=$(RUN_EXIT=125 "${with_docker[@]}" run -- bash -c 'echo "$MONGODB_URI"')
	[[ $uri == mongodb://127.0.0.1:* && $uri != *:4321/ ]] && nothing_left
}

promise "the command's exit code comes back and nothing is left" exit_code
promise "the server listens on loopback" loopback
promise "SIGINT reaches the command, then everything ends" interrupt
promise "SIGTERM reaches the command, then everything ends" terminate
promise "kill -9 leaves no process and no mount; the next run clears the rest" kill_9
promise "a server that dies under the command leaves nothing either" server_dies
promise "two runs at once have two servers" side_by_side
promise "MONGODB_URI is used as it is" given_uri
promise "no server: exit code 69 and one line that says why" no_server
promise "a Docker engine goes first, and its containers are removed" docker_first
promise "a Docker engine that cannot get the image gives way to the substitute" docker_without_image
echo "$passed passed, $failed failed"
[[ $failed -eq 0 ]]
