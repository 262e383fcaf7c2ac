'use strict';

/* `npm start`: the quick-start example, on real sockets. `npm start -- --once` ends by itself. */

process.argv.splice(2, 0, 'quick-start');
require('./example');
