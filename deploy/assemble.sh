#!/bin/sh
# What an image consists of, made in a folder: one service, the packages that it needs, their libraries, and the bundle
# of its workflow. The workspace's layout stays: Node strips no types below node_modules.
#
#   sh deploy/assemble.sh <service> <folder>     from the workspace's root; the folder's path must be the image's
set -eu
service=$1
target=$2
pnpm="npx --yes --prefer-offline pnpm@12.21.0"
root=$(pwd)

if [ ! -f "services/$service/src/main.ts" ]; then
  echo "There is no service $service: one of $(ls services | tr '\n' ' ')" >&2
  exit 2
fi
mkdir -p "$target"
if [ -n "$(ls -A "$target")" ]; then
  echo "$target is not empty" >&2
  exit 2
fi

# Every manifest, as the lockfile is one for all; sources of what the service needs alone, without its tests.
cp package.json pnpm-lock.yaml pnpm-workspace.yaml "$target/"
find . -name node_modules -prune -o -name .local -prune -o -name package.json -print | while read -r manifest; do
  mkdir -p "$target/$(dirname "$manifest")"
  cp "$manifest" "$target/$manifest"
done
$pnpm --filter-prod "@flexprice/$service..." exec pwd | sed "s|^$root/||" | while read -r folder; do
  (cd "$folder" && tar -cf - --exclude='*.test.ts' --exclude=testing --exclude='*.history.json' src) |
    (cd "$target/$folder" && tar -xf -)
done
cp deploy/healthy.mjs "$target/"

cd "$target"
CI=true $pnpm install --prod --frozen-lockfile --prefer-offline --filter-prod "@flexprice/$service..."

# Temporal's worker brings its core for every platform; one of them runs here.
machine=$(uname -m)
for release in node_modules/.pnpm/@temporalio+core-bridge@*/node_modules/@temporalio/core-bridge/releases/*; do
  case "$release" in
    *"/$machine-unknown-linux-gnu" | *'/*') ;;
    *) rm -rf "$release" ;;
  esac
done

# The bundle is found by the hash of all that it is made from: a pod starts at once, and writes nothing.
case "$service" in
  worker-*)
    cd "services/$service"
    node --input-type=module --eval "
      import { createLogger } from '@flexprice/observability'
      import { workflowBundle } from '@flexprice/temporal-worker'
      const name = '${service#worker-}'
      await workflowBundle(
        {
          name,
          workflows: import.meta.resolve('@flexprice/workflows/' + name),
          interceptors: import.meta.resolve('@flexprice/workflows/interceptors'),
        },
        { logger: createLogger({ service: 'image', level: 'warn' }) },
      )"
    ;;
esac
