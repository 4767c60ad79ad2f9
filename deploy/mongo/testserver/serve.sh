#!/usr/bin/env bash
# serve.sh ROOT DIR: the first process of a substitute server's own namespaces (see substitute.sh). Starts PostgreSQL
# on a fresh copy of the template and FerretDB in front of it; when both answer, writes DIR/uri. Ends when either
# ends, or when they are not ready in time, and the kernel then ends the rest.
set -euo pipefail

root=$1 dir=$2
patience=60 # seconds until both must answer

# shellcheck source=inside.sh
source "$(dirname "${BASH_SOURCE[0]}")/inside.sh"

# enter_root: the shared folder turns read-only in here; what is written goes to DIR, its /srv, and to its own /tmp.
enter_root() {
	mount --bind "$root" "$root"
	mount -o remount,bind,ro "$root"
	mount_system
	chmod 755 "$dir"
	mount --bind "$dir" "$root/srv"
	cp -a "$root/var/lib/postgresql/template" "$dir/data"
}

await() { # PID COMMAND…
	local pid=$1
	shift
	until "$@" >/dev/null 2>&1; do
		if ! kill -0 "$pid" 2>/dev/null || ((SECONDS >= patience)); then return 1; fi
		sleep 0.05
	done
}

# Writers that bring one unique value at once deadlock inside DocumentDB; the default waits a second each time.
start_postgres() {
	"${as_postgres[@]}" postgres -D /srv/data -c deadlock_timeout=10ms >"$dir/postgres.log" 2>&1 &
	await $! "${as_postgres[@]}" pg_isready --quiet --host=/tmp
}

# start_ferretdb: on a port that the kernel picks, with no listener besides and nothing sent home.
start_ferretdb() {
	"${as_postgres[@]}" ferretdb --postgresql-url='postgres://postgres@/postgres?host=/tmp' \
		--listen-addr=127.0.0.1:0 --no-auth --debug-addr=- --telemetry=disable \
		--log-level=warn --state-dir=/tmp >"$dir/ferretdb.log" 2>&1 &
	await $! listening_port $!
	address=127.0.0.1:$(listening_port $!)
	await $! "${as_postgres[@]}" ferretdb ping --listen-addr="$address" --state-dir=/tmp
}

# listening_port prints the TCP port a process listens on. FerretDB itself tells it only at a log level at which it
# also prints every command.
listening_port() { # PID
	local sockets address state inode
	sockets=$(find "$root/proc/$1/fd" -lname 'socket:*' -printf '%l ')
	while read -r _ address _ state _ _ _ _ _ inode _; do
		if [[ $state == 0A && $sockets == *"[$inode]"* ]]; then # 0A: listening
			echo $((16#${address##*:}))
			return
		fi
	done <"$root/proc/$1/net/tcp"
	return 1
}

enter_root
start_postgres
start_ferretdb
echo "mongodb://$address/" >"$dir/uri.new"
mv "$dir/uri.new" "$dir/uri"
wait -n || true
echo "a server process ended"
exit 1
