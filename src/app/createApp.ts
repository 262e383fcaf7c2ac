import type { CometConfig } from '../config/types/CometConfig';
import { App } from './App';
import type { AppOptions } from './AppOptions';

/**
 * Makes an app of a configuration. Nothing is open yet: add handlers, then `await app.start()` to listen.
 * Clients connect at their first send, also without `start()`.
 *
 * @example
 * const app = createApp(await loadConfig('settings.yml'));
 * app.handle('TelegramBot', (value) => `got ${JSON.stringify(value)}`);
 * await app.start();
 */
export function createApp(config: CometConfig, options: AppOptions = {}): App {
  return new App(config, options);
}
