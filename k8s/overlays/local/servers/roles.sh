#!/bin/sh
# The two roles, as everywhere: one that owns the database and migrates it, one of the services that owns nothing.
set -eu
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" \
  --set owner="$OWNER_PASSWORD" --set app="$APP_PASSWORD" <<'SQL'
create role flexprice_owner login nosuperuser nocreatedb nocreaterole nobypassrls password :'owner';
create role flexprice_app login nosuperuser nocreatedb nocreaterole nobypassrls password :'app';
create database flexprice owner flexprice_owner;
revoke all on database flexprice from public;
grant connect on database flexprice to flexprice_app;
SQL
