/**
 * What of an error goes on the wire: its `code` when it has one, else ERR_HANDLER_FAILED, and its message. Never a stack.
 */
export function errorAcknowledgement(error: unknown): { readonly code: string; readonly message: string } {
  if (typeof error === 'object' && error !== null) {
    const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
    return {
      code: typeof code === 'string' && code !== '' ? code : 'ERR_HANDLER_FAILED',
      message: typeof message === 'string' ? message : 'the handler failed',
    };
  }
  return {
    code: 'ERR_HANDLER_FAILED',
    message: typeof error === 'string' ? error : `the handler threw ${String(error)}`,
  };
}
