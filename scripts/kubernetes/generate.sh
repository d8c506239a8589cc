#!/bin/sh
# Writes the table of the Kubernetes API and the values of the tests anew, after a change of the versions in go.mod.
# Needs Go and the Go module proxy.
set -eu
cd "$(dirname "$0")"
go run ./schema >schema.ts.new
mv schema.ts.new ../../src/values/kubernetes/generated/schema.ts
go run ./fixtures ../../test/fixtures/kubernetes
