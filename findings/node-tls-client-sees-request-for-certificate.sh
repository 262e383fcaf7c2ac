#!/usr/bin/env bash
# Node.js 20.20.2 (node:tls; certificates by selfsigned 5.5.0): a client has no event for a server's request for its certificate, but its
# getSharedSigalgs() is filled exactly when the server made one; without a request it is empty, under TLS 1.2 and 1.3 alike.
# Seen: TLSv1.2 asked filled, not asked empty, TLSv1.3 asked filled, not asked empty (Node.js 20.20.2)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm i --silent --no-audit --no-fund selfsigned@5.5.0
cat > run.js <<'JS'
const { generate } = require('selfsigned');
const tls = require('node:tls');
const { once } = require('node:events');
(async () => {
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }]);
  for (const version of ['TLSv1.2', 'TLSv1.3']) {
    for (const requestCert of [true, false]) {
      const server = tls.createServer({ cert, key, requestCert, rejectUnauthorized: false, minVersion: version, maxVersion: version });
      server.on('secureConnection', (socket) => socket.on('error', () => undefined));
      await once(server.listen(0, '127.0.0.1'), 'listening');
      const client = tls.connect({ port: server.address().port, host: '127.0.0.1', rejectUnauthorized: false });
      await once(client, 'secureConnect');
      console.log(version, requestCert ? 'asked' : 'not asked', client.getSharedSigalgs().length > 0 ? 'filled' : 'empty');
      client.destroy();
      server.close();
    }
  }
})();
JS
seen=$(node run.js)
echo "$seen"
[ "$seen" = $'TLSv1.2 asked filled\nTLSv1.2 not asked empty\nTLSv1.3 asked filled\nTLSv1.3 not asked empty' ]
