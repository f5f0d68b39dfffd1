#!/bin/sh
# Makes the passwords of compose.yaml's servers, once, in deploy/.env, where compose looks for them.
set -eu
cd "$(dirname "$0")"
umask 077
if [ -e .env ]; then
  echo "deploy/.env is there already; remove it, and compose's volumes, for new passwords"
  exit 0
fi
for name in POSTGRES_PASSWORD OWNER_PASSWORD APP_PASSWORD REDIS_PASSWORD TEMPORAL_DATABASE_PASSWORD GRAFANA_PASSWORD; do
  echo "$name=$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')"
done >.env
