#!/usr/bin/env bash
# @sinonjs/fake-timers 15.5.0 with rxjs 7.8.2: an interval of rxjs that runs when the clock is installed cannot be unsubscribed from. The
# replaced clearInterval leaves the real timer alone, and at each of its ticks rxjs throws "executing a cancelled action", uncaught. With
# shouldClearNativeTimers the timer is cleared.
# Seen: without: executing a cancelled action; with: nothing
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y > /dev/null
npm i --silent --no-audit --no-fund @sinonjs/fake-timers@15.5.0 rxjs@7.8.2
cat > run.js <<'JS'
const timers = require('@sinonjs/fake-timers');
const { interval } = require('rxjs');
const end = setTimeout;
let seen = 'nothing';
process.on('uncaughtException', (error) => {
  seen = error.message;
});
const subscription = interval(5).subscribe();
const shouldClearNativeTimers = process.argv[2] === 'with';
timers.install({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'], shouldClearNativeTimers });
subscription.unsubscribe();
end(() => {
  console.log(`${process.argv[2]}: ${seen}`);
  process.exit();
}, 100);
JS
seen="$(node run.js without 2> /dev/null); $(node run.js with)"
echo "$seen"
[ "$seen" = 'without: executing a cancelled action; with: nothing' ]
