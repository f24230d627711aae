#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run.sh NODE_MODULES RUNNER VECTORS: exports the CEL conformance suite to VECTORS and runs it.
set -eu
here=$(dirname "$0")
if ! command -v node >/dev/null; then
  echo "The CEL conformance suite needs Node.js: apt-get install nodejs npm" >&2
  exit 1
fi
node "$here/export_vectors.mjs" "$1" "$3"
exec "$2" "$3" "$here/minimum_passed.txt"
