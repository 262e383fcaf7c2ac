/**
 * COMET's own use of the socket: a Telegram bot sends the action TelegramBot with {chat id: text}, and the
 * acknowledgement is what it writes back to the chat. Stays up until Ctrl-C; with --once it ends by itself.
 */
import path from 'node:path';
import { createApp, defineAction, loadConfig, t } from 'rxcomet';
import { createResponder } from './createResponder';

const TelegramBot = defineAction('TelegramBot', { value: t.record(t.string, t.string), ack: t.string });

/** Where the example's settings lie, and where its lines go. */
export interface TelegramResponderOptions {
  readonly folder: string;
  readonly print: (line: string) => void;
}

/** Starts the responder, asks it a few things as the bot would, and gives back how to stop. */
export async function telegramResponder({
  folder,
  print,
}: TelegramResponderOptions): Promise<() => Promise<void>> {
  const lab = createApp(await loadConfig(path.join(folder, 'settings.yml')));
  const temperatures = new Map([
    ['chuck', 21.5],
    ['sensor', -19.8],
  ]);
  const responder = createResponder({
    ping: () => 'pong',
    Status: ([unit]) => {
      const shown = [...temperatures].filter(([name]) => unit === undefined || unit === name);
      if (shown.length === 0) return `there is no ${unit}; there are ${[...temperatures.keys()].join(', ')}`;
      return shown.map(([name, celsius]) => `${name}: ${celsius.toFixed(1)} °C`).join(', ');
    },
  });
  lab.handle(TelegramBot, responder);
  await lab.start();
  print(`listening on ${lab.address.ip}:${lab.address.port}`);

  process.env['LAB_PORT'] = String(lab.address.port);
  const bot = createApp(await loadConfig(path.join(folder, 'bot.yml')));
  for (const text of ['ping', 'Status', 'Status chuck', 'Help', 'Selfdestruct']) {
    print(`${text} -> ${await bot.peer('Lab').ask(TelegramBot, { '4711': text })}`);
  }

  return async () => {
    await bot.stop();
    await lab.stop();
  };
}

async function main(): Promise<void> {
  const stop = await telegramResponder({
    folder: path.join(process.cwd(), 'examples', 'telegram-responder'),
    print: (line) => console.log(line),
  });
  if (process.argv.includes('--once')) {
    await stop();
    return;
  }
  console.log('up until Ctrl-C');
  const end = (): void => void stop();
  process.once('SIGINT', end);
  process.once('SIGTERM', end);
}

if (require.main === module) void main();
