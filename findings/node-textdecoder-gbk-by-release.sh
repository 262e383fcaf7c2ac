#!/usr/bin/env bash
# Node.js 20.19.0 and 22.23.3: TextDecoder('gbk') reads other tables in each. 20 has the code page 936 of ICU, where a2e3 is a character of
# the private use area; 22 reads gb18030, as WHATWG asks for, where a2e3 is the euro sign. TextDecoder('shift_jis') rotates control
# characters in both: 1a, 1c and 7f come out as 1c, 7f and 1a.
# Seen: v20.19.0 U+e76c | U+1c U+7f U+1a, v22.23.3 U+20ac | U+1c U+7f U+1a
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm i --silent --no-audit --no-fund node20@npm:node@20.19.0 node22@npm:node@22.23.3
program="
const points = (label, ...bytes) =>
  [...new TextDecoder(label).decode(Uint8Array.from(bytes))].map((c) => 'U+' + c.codePointAt(0).toString(16)).join(' ');
console.log(process.version, points('gbk', 0xa2, 0xe3), '|', points('shift_jis', 0x1a, 0x1c, 0x7f));"
seen=$(for release in node20 node22; do "$(find "node_modules/$release" -path '*bin/node' -type f | head -n 1)" -e "$program"; done)
echo "$seen"
[ "$seen" = $'v20.19.0 U+e76c | U+1c U+7f U+1a\nv22.23.3 U+20ac | U+1c U+7f U+1a' ]
