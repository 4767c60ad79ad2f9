# MongoDB in Docker, for testserver.sh: a standalone server with its journal on, on a free loopback port.
# shellcheck shell=bash

docker_image=mongo:8.0.28
docker_label=facepay.testserver=$HOSTNAME        # on all our containers; an engine may serve several machines
docker_name_prefix=facepay-testserver-$HOSTNAME # then the pid of the run it belongs to, or `stay`
docker_name=

# A client without an engine is common, so the engine is asked.
docker_usable() { docker info >/dev/null 2>&1; }

docker_start() { # LIFETIME
	local owner=$$
	[[ $1 == run ]] || owner=stay
	docker_sweep
	docker_name=$docker_name_prefix-$owner
	docker run --detach --rm --name "$docker_name" --label "$docker_label" \
		--publish 127.0.0.1::27017 "$docker_image" >/dev/null && docker_await || {
		docker_report
		docker_stop_own
		return 1
	}
	uri=$(docker_uri "$docker_name")
}

docker_uri() { # NAME
	local address
	address=$(docker port "$1" 27017/tcp) && echo "mongodb://${address%%$'\n'*}/"
}

docker_await() {
	local deadline=$((SECONDS + 60))
	until docker exec "$docker_name" mongosh --quiet --eval 'db.runCommand({ping: 1})' >/dev/null 2>&1; do
		((SECONDS < deadline)) || return 1
		sleep 0.2
	done
}

# docker_sweep removes the containers of runs that were killed before they could do it themselves.
docker_sweep() {
	local name
	docker ps --all --filter "label=$docker_label" --format '{{.Names}}' | while read -r name; do
		[[ ${name##*-} == stay ]] || kill -0 "${name##*-}" 2>/dev/null || docker rm --force --volumes "$name" >/dev/null
	done
}

docker_report() { docker logs --tail 20 "$docker_name" 2>&1 | sed "s/^/mongo: /" >&2 || true; }

docker_stop_own() { docker rm --force --volumes "$docker_name" >/dev/null 2>&1 || true; }

docker_staying() { docker_usable && docker_uri "$docker_name_prefix-stay" 2>/dev/null; }

docker_stop_staying() {
	if docker_usable; then docker rm --force --volumes "$docker_name_prefix-stay" >/dev/null 2>&1 || true; fi
}
