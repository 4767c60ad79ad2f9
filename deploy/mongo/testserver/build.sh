#!/usr/bin/env bash
# build.sh ROOT: makes the Debian folder of the substitute: PostgreSQL with DocumentDB, FerretDB, and an empty database
# cluster to copy. Runs as root in namespaces of its own (see substitute.sh), so its mounts end with it. The folder
# appears under its name only when it is complete.
set -euo pipefail

suite=forky # the first Debian that packages DocumentDB
package=postgresql-18-documentdb
ferretdb=github.com/FerretDB/FerretDB/v2/cmd/ferretdb@v2.7.0

root=$1.partial

# shellcheck source=inside.sh
source "$(dirname "${BASH_SOURCE[0]}")/inside.sh"

# debian_mirror prints the mirror this machine's own apt uses for Debian.
debian_mirror() {
	# shellcheck disable=SC2016 # the dollar is apt's
	apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' | head -n 1
}

# prepare_host: package lists (without them apt does not know which of its sources is Debian), and debootstrap.
prepare_host() {
	if [[ -z $(debian_mirror) ]]; then apt-get update; fi
	mirror=$(debian_mirror)
	if [[ -z $mirror ]]; then
		echo "no Debian mirror among this machine's apt sources"
		return 1
	fi
	command -v debootstrap >/dev/null || install_debootstrap || { apt-get update && install_debootstrap; }
}

install_debootstrap() { apt-get install --yes --no-install-recommends debootstrap debian-archive-keyring; }

# make_root: an older debootstrap has no script under this suite's name; the one of sid serves every newer suite.
make_root() {
	local proxy=
	eval "$(apt-config shell proxy Acquire::http::Proxy)"
	http_proxy=${proxy:-${http_proxy-}} debootstrap --variant=minbase --include=ca-certificates \
		--force-check-gpg --keyring=/usr/share/keyrings/debian-archive-keyring.gpg \
		"$suite" "$root" "$mirror" /usr/share/debootstrap/scripts/sid
}

# install_postgres: apt in the folder fetches the way this machine's apt does (proxy, retries, date checks).
install_postgres() {
	apt-config dump | grep -E '^Acquire::(http|https|Retries|Check-)' >"$root/etc/apt/apt.conf.d/99host" || true
	cp /etc/hosts "$root/etc/hosts"
	printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d" # packages start no service in here
	chmod +x "$root/usr/sbin/policy-rc.d"
	mkdir -p "$root/etc/postgresql-common"
	echo 'create_main_cluster = false' >"$root/etc/postgresql-common/createcluster.conf"
	chroot "$root" apt-get update
	DEBIAN_FRONTEND=noninteractive chroot "$root" apt-get install --yes --no-install-recommends "$package"
	rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/usr/share/{doc,man}/*
}

# make_template: an empty cluster with the extension, copied for every server. Durability stays as PostgreSQL ships it
# (fsync on). The extension calls back into PostgreSQL by itself: over the socket, as there is no port. Its background
# jobs (and pg_cron's, which it needs loaded) serve features facepay does not use: TTL, background indexes.
# Statements stay out of the log, they carry documents.
make_template() {
	"${as_postgres[@]}" initdb --pgdata=/var/lib/postgresql/template --auth=peer --encoding=UTF8 --locale=C.UTF-8
	cat >>"$root/var/lib/postgresql/template/postgresql.conf" <<-'CONF'
		listen_addresses = ''
		unix_socket_directories = '/tmp'
		shared_preload_libraries = 'pg_cron,pg_documentdb_core,pg_documentdb'
		cron.database_name = 'postgres'
		cron.launch_active_jobs = off
		documentdb.localhost_connection_string = 'host=/tmp'
		documentdb.enableBackgroundWorker = off
		log_error_verbosity = terse
		log_min_error_statement = panic
	CONF
	"${as_postgres[@]}" pg_ctl --pgdata=/var/lib/postgresql/template --wait start
	"${as_postgres[@]}" psql --host=/tmp --set=ON_ERROR_STOP=1 --command='create extension documentdb cascade' postgres
	"${as_postgres[@]}" pg_ctl --pgdata=/var/lib/postgresql/template --wait --mode=fast stop
}

rm -rf "$root"
prepare_host
GOBIN=$root/usr/local/bin GOFLAGS='' GOWORK=off CGO_ENABLED=0 go install "$ferretdb" &
compiler=$!
make_root
mount_system
install_postgres
make_template
wait "$compiler"
mv -T "$root" "$1"
