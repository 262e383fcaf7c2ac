import type { ClientState } from '../index';

/** What a send waits for, in a line for people. */
export function describeState(state: ClientState, target: string): string {
  switch (state.kind) {
    case 'open':
      return `waiting for the answer of ${target}`;
    case 'backoff':
      return `${target} cannot be reached, trying again (attempt ${state.attempt}: ${state.reason})`;
    case 'idle':
    case 'connecting':
      return `connecting to ${target}`;
    case 'closed':
      return `closing the connection to ${target}`;
    default:
      return state satisfies never;
  }
}
