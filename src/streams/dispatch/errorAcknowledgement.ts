import { describeError, readProperty } from '../../runtime/describeError';

/**
 * What of an error goes on the wire: its `code` when it has one, else ERR_HANDLER_FAILED, and its message.
 * Never a stack.
 */
export function errorAcknowledgement(error: unknown): { readonly code: string; readonly message: string } {
  const code = readProperty(error, 'code');
  const bare = typeof error !== 'object' && typeof error !== 'function' && typeof error !== 'string';
  return {
    code: typeof code === 'string' && code !== '' ? code : 'ERR_HANDLER_FAILED',
    message: `${bare ? 'the handler threw ' : ''}${describeError(error, 'the handler failed')}`,
  };
}
