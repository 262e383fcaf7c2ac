import { PeerError, type PeerErrorFields } from './PeerError';

/** The unread and unsent bytes of all peers reached `Limits.Memory_budget_bytes` and this connection held most of them. */
export class MemoryBudgetExceeded extends PeerError {
  override readonly name = 'MemoryBudgetExceeded';
  readonly code = 'ERR_MEMORY_BUDGET';

  constructor(message: string, fields: PeerErrorFields) {
    super(message, fields);
  }
}
