#!/usr/bin/env bash
# io-ts 2.2.22: `decode` takes values that `is` of the same codec refuses, and cuts them: a tuple loses the entries behind its own, a record
# the keys outside its domain. A union therefore decodes with its first member, which cuts, although only the second one `is` the value.
# Seen: {"is":false,"decoded":[1,2],"union":[1],"record":{"x":1}}
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm i --silent --no-audit --no-fund io-ts@2.2.22 fp-ts@2.16.11
seen=$(node -e "
const t = require('io-ts');
const pair = t.tuple([t.number, t.number]);
const union = t.union([t.tuple([t.number]), pair]);
const record = t.record(t.keyof({ x: null }), t.number);
console.log(JSON.stringify({
  is: pair.is([1, 2, 3]),
  decoded: pair.decode([1, 2, 3]).right,
  union: union.decode([1, 2]).right,
  record: record.decode({ x: 1, y: 2 }).right,
}));")
echo "$seen"
[ "$seen" = '{"is":false,"decoded":[1,2],"union":[1],"record":{"x":1}}' ]
