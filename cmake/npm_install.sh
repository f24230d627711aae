#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# npm_install.sh SOURCE DESTINATION: installs what SOURCE/package-lock.json pins in DESTINATION, once.
set -euo pipefail
source=$1 destination=$2

if ! command -v npm >/dev/null; then
  echo "npm is missing; './dev test' installs it" >&2
  exit 1
fi
mkdir -p "$destination"
exec 9>"$destination/.lock"
flock 9
if cmp -s "$source/package-lock.json" "$destination/installed.json"; then
  echo "already installed in $destination"
  exit 0
fi
cp "$source/package.json" "$source/package-lock.json" "$destination/"
cd "$destination"
if ! npm ci --no-audit --no-fund --no-progress --loglevel=error; then
  echo "npm could not fetch the packages of ${source##*/}/package.json. They are needed by tests only and" >&2
  echo "fetched once; is the registry $(npm config get registry) reachable from here?" >&2
  exit 1
fi
cp package-lock.json installed.json
