#!/bin/sh
# Makes the passwords of the local cluster's servers, once: a second run leaves those that are there.
set -eu
cd "$(dirname "$0")"
umask 077
mkdir -p secrets
if [ -e secrets/flexprice-servers.env ]; then
  echo "secrets/ is there already; remove it, and the cluster's data, for new passwords"
  exit 0
fi
password() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }
app=$(password)
owner=$(password)
redis=$(password)
echo "DATABASE_URL=postgres://flexprice_app:${app}@postgresql:5432/flexprice" >secrets/flexprice-database.env
echo "DATABASE_OWNER_URL=postgres://flexprice_owner:${owner}@postgresql:5432/flexprice" >secrets/flexprice-database-owner.env
echo "REDIS_URL=redis://:${redis}@redis:6379" >secrets/flexprice-redis.env
printf 'POSTGRES_PASSWORD=%s\nAPP_PASSWORD=%s\nOWNER_PASSWORD=%s\nREDIS_PASSWORD=%s\n' \
  "$(password)" "$app" "$owner" "$redis" >secrets/flexprice-servers.env
