import { ListenFailed } from '../index';

/**
 * Waits for what listens at the address of an option. When that fails, what to change is told by the option, where ListenFailed
 * (ERR_LISTEN) speaks of the settings.
 *
 * @param option what the message calls it, such as --listen
 */
export async function listenBy<T>(option: string, listening: Promise<T>): Promise<T> {
  try {
    return await listening;
  } catch (error) {
    if (!(error instanceof ListenFailed)) throw error;
    const message = error.message.replace('Host.Port', `the port of ${option}`);
    throw new ListenFailed(message.replace('Host.IP', `the IP of ${option}`), { cause: error });
  }
}
