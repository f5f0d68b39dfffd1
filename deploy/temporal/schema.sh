#!/bin/sh
# Temporal's own schema, made or brought up to date; safe to repeat.
set -eu
schema=/etc/temporal/schema/postgresql/v12
for database in temporal visibility; do
  case $database in
    temporal) name=temporal ;;
    visibility) name=temporal_visibility ;;
  esac
  temporal-sql-tool --database "$name" create-database
  temporal-sql-tool --database "$name" setup-schema --version 0.0 || echo "$name has its schema already"
  temporal-sql-tool --database "$name" update-schema --schema-dir "$schema/$database/versioned"
done
