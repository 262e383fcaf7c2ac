/** Keys of `Host.Limits` in a settings file: the codec reads them, and texts about a limit name them. */
export const limitKeys = {
  maxContentBytes: 'Max_content_bytes',
  maxNesting: 'Max_nesting',
  maxConnections: 'Max_connections',
  memoryBudgetBytes: 'Memory_budget_bytes',
  maxUnsentBytes: 'Max_unsent_bytes',
  maxInFlight: 'Max_in_flight',
  frameTimeoutMs: 'Frame_timeout_ms',
  minRateBytesPerS: 'Min_rate_bytes_per_s',
  writeTimeoutMs: 'Write_timeout_ms',
  idleTimeoutMs: 'Idle_timeout_ms',
  lingerMs: 'Linger_ms',
  handlerTimeoutMs: 'Handler_timeout_ms',
  streamIdleMs: 'Stream_idle_ms',
  abortGraceMs: 'Abort_grace_ms',
} as const;

/** A limit as every text names it, such as `Limits.Handler_timeout_ms`. */
export function limitName(limit: keyof typeof limitKeys): string {
  return `Limits.${limitKeys[limit]}`;
}
