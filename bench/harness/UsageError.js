'use strict';

/** A wrong command line. */
class UsageError extends Error {}

module.exports = { UsageError };
