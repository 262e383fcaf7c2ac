import type { Delivered, SendErrorFields } from '../errors/sending';
import type { Send } from './Send';

/** What every error of a send says of it. */
export function failureFields(client: string, send: Send, delivered: Delivered): SendErrorFields {
  return { client, action: send.action, delivered, key: send.key };
}
