# What build.sh and serve.sh do alike in the substitute's Debian folder, $root.
# shellcheck shell=bash

# mount_system mounts what PostgreSQL and apt expect. Both callers run in a mount namespace of their own.
mount_system() {
	mount -t proc proc "$root/proc"
	mount --bind /dev "$root/dev"
	mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
	mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
	mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
}

# Runs a command as the unprivileged user, with none of the caller's environment (PG… and FERRETDB_… steer).
# An array and not a function, so that $! is the pid of the command itself.
as_postgres=(chroot --userspec=postgres:postgres --groups= "${root:?}" /usr/bin/env --ignore-environment
	PATH=/usr/lib/postgresql/18/bin:/usr/local/bin:/usr/bin LANG=C.UTF-8 HOME=/tmp)
