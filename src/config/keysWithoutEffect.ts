/**
 * Keys that are read and checked but change nothing yet; `*` is any client. Whoever builds the effect removes the entry. A security key
 * refuses to start, because whoever wrote it relies on it; the others are named in one warning.
 */
export const keysWithoutEffect = {
  security: [
    'Host.TLS',
    'Host.TLS.Require_client_cert',
    'Host.Allow',
    'Host.Token',
    'Client.*.TLS',
    'Client.*.Token',
  ],
  others: [
    'Host.Limits.Memory_budget_bytes',
    'Host.Limits.Idle_timeout_ms',
    'Host.Dedup',
    'Client.*.Outbox',
    'Metrics',
  ],
} as const satisfies Readonly<Record<string, readonly string[]>>;
