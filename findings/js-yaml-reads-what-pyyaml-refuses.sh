#!/usr/bin/env bash
# js-yaml 5.5.0 and PyYAML 6.0 (Debian's python3-yaml) disagree on what is YAML: js-yaml reads an address that starts with a colon inside
# braces, an anchor that is given twice, a tab before a comment and a lone alias with a dot, which PyYAML refuses.
# Seen: js-yaml reads each of the four, PyYAML ParserError ComposerError ScannerError ScannerError
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
/usr/bin/python3 -c 'import yaml' 2> /dev/null || apt-get install -y python3-yaml > /dev/null
npm init -y > /dev/null
npm i --silent --no-audit --no-fund js-yaml@5.5.0
cat > texts.json <<'JSON'
["{IP: ::1, Port: 1}", "a: &x 1\nb: &x 2\n", "a: 1\t# note\n", "a: &x.y 1\nb: *x.y\n"]
JSON
js=$(node -e "
const { load } = require('js-yaml');
console.log(require('./texts.json').map((text) => { try { load(text); return 'reads'; } catch { return 'refuses'; } }).join(' '));")
python=$(/usr/bin/python3 -c "
import json, yaml
def name(text):
    try:
        yaml.safe_load(text)
        return 'reads'
    except yaml.YAMLError as error:
        return type(error).__name__
print(*map(name, json.load(open('texts.json'))))")
echo "js-yaml: $js; PyYAML: $python"
[ "$js; $python" = 'reads reads reads reads; ParserError ComposerError ScannerError ScannerError' ]
