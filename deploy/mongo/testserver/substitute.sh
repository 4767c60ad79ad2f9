# The substitute for MongoDB, for testserver.sh: FerretDB v2 on PostgreSQL with the DocumentDB extension, in a Debian
# folder that build.sh makes once. Every server runs in namespaces of its own (mounts, processes, IPC): when the
# first process in there dies, the kernel ends the others and the mounts are gone, also after kill -9.
#
# Whether a server lives is asked of a lock, not of a pid: all its processes hold the lock of its folder open.
# shellcheck shell=bash

substitute_cache=${XDG_CACHE_HOME:-$HOME/.cache}/facepay/mongo
substitute_dir= # this server's folder: lock, pid, uri, logs, data

# in_namespaces LIFETIME COMMAND…: away from the terminal's signals, and with `run` killed when this script dies.
in_namespaces() {
	local tied=(setpriv --pdeathsig KILL)
	[[ $1 == run ]] || tied=(env)
	shift
	exec setsid "${tied[@]}" unshare --mount --pid --ipc --fork --kill-child "$@" </dev/null
}

substitute_start() { # LIFETIME
	substitute_check
	mkdir -p "$substitute_cache/servers"
	substitute_build
	substitute_claim_dir "$1"
	in_namespaces "$1" "$here/testserver/serve.sh" "$substitute_root" "$substitute_dir" \
		>"$substitute_dir/serve.log" 2>&1 &
	echo $! >"$substitute_dir/pid"
	disown # its end by kill is no news for the terminal
	exec 7>&- 8>&- # from here on only the server holds the locks
	substitute_await $! || {
		substitute_report
		no_server "the substitute did not come up, see the lines above"
	}
	uri=$(<"$substitute_dir/uri")
}

substitute_check() {
	local tool
	[[ $(uname -s) == Linux ]] || no_server "no usable Docker engine, and the substitute needs Linux"
	[[ $EUID -eq 0 ]] || no_server "no usable Docker engine, and the substitute needs root"
	for tool in apt-get flock go setpriv unshare; do
		command -v "$tool" >/dev/null || no_server "no usable Docker engine, and the substitute needs $tool"
	done
	unshare --mount --pid --ipc --fork true 2>/dev/null ||
		no_server "no usable Docker engine, and this machine does not let root make namespaces"
}

# substitute_build makes the Debian folder unless it is there. Its name carries the recipe, so a changed recipe gets a
# new folder. Lock 8: exclusive while building, shared by every server that uses the folder.
substitute_build() {
	local recipe
	recipe=$(cat "$here"/testserver/{build,inside}.sh | sha256sum)
	substitute_root=$substitute_cache/root-${recipe:0:12}
	exec 8>>"$substitute_root.lock"
	flock --shared 8
	if [[ -d $substitute_root ]]; then return; fi
	flock 8
	if [[ ! -d $substitute_root ]]; then
		say "building the substitute in $substitute_cache (once, a minute or two)"
		substitute_sweep_roots
		in_namespaces run "$here/testserver/build.sh" "$substitute_root" >"$substitute_cache/build.log" 2>&1 &
		wait $! || {
			rm -rf "$substitute_root.partial"
			tail -n 20 "$substitute_cache/build.log" >&2
			no_server "the substitute could not be built, see $substitute_cache/build.log"
		}
	fi
	flock --shared 8
}

# substitute_sweep_roots deletes what an older recipe or a killed build left, unless a server still uses it.
substitute_sweep_roots() {
	local lock
	rm -rf "$substitute_root".partial
	for lock in "$substitute_cache"/root-*.lock; do
		if [[ $lock == "$substitute_root.lock" ]]; then continue; fi
		flock --nonblock "$lock" rm -rf "${lock%.lock}" "${lock%.lock}.partial" || true
	done
}

# substitute_claim_dir makes this server's folder and takes its lock (7), which the server inherits.
substitute_claim_dir() { # LIFETIME
	exec 6>>"$substitute_cache/servers.lock"
	flock 6
	substitute_sweep_servers
	if [[ $1 == run ]]; then
		substitute_dir=$(mktemp -d "$substitute_cache/servers/run.XXXXXX")
	else
		substitute_dir=$substitute_cache/servers/stay
		mkdir "$substitute_dir" 2>/dev/null || no_server "another \`start\` is under way"
	fi
	exec 7>"$substitute_dir/lock"
	flock 7
	exec 6>&-
}

# substitute_sweep_servers deletes the folders of servers that no longer live. The caller holds lock 6.
substitute_sweep_servers() {
	local dir
	for dir in "$substitute_cache"/servers/*/; do
		[[ -d $dir ]] || continue
		if flock --nonblock "$dir/lock" true; then rm -rf "$dir"; fi
	done
}

substitute_await() { # PID
	local deadline=$((SECONDS + 120))
	until [[ -s $substitute_dir/uri ]]; do
		if ! kill -0 "$1" 2>/dev/null || ((SECONDS >= deadline)); then return 1; fi
		sleep 0.05
	done
}

# substitute_report prints what the server complained about; its routine lines are left out.
substitute_report() {
	local log
	for log in "$substitute_dir"/*.log; do
		grep -v -e ' LOG: ' -e 'Authentication is disabled' "$log" | tail -n 20 | sed "s|^|${log##*/}: |" >&2 || true
	done
}

substitute_stop_own() {
	[[ -z $substitute_dir ]] || substitute_stop "$substitute_dir"
}

# substitute_stop DIR: the data is thrown away, so nothing is asked to end gently. The lock comes free when the last
# process is gone; only then may its files go.
substitute_stop() {
	exec 7>&- 8>&-
	if [[ -s $1/pid ]] && ! flock --nonblock "$1/lock" true; then
		kill -KILL "$(<"$1/pid")" 2>/dev/null || true
	fi
	flock --wait 30 "$1/lock" true || say "the server in $1 does not end"
	exec 6>>"$substitute_cache/servers.lock"
	flock 6
	substitute_sweep_servers
	exec 6>&-
}

substitute_staying() {
	local dir=$substitute_cache/servers/stay
	if [[ -s $dir/uri ]] && ! flock --nonblock "$dir/lock" true; then cat "$dir/uri"; fi
}

substitute_stop_staying() {
	if [[ -d $substitute_cache/servers/stay ]]; then substitute_stop "$substitute_cache/servers/stay"; fi
}
