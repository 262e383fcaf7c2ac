import { ComparisonRules } from '../replay/verdict/ComparisonRules';
import type { CompareOptions } from '../replay/verdict/CompareOptions';
import { compareShapes } from '../replay/verdict/optionShapes';
import { changeLines, printValue } from '../replay/verdict/format/formatVerdict';
import type { ValueChange } from '../replay/verdict/Verdict';
import { checkArgument, checkOptions, shapes, type Shape } from '../runtime/checkArguments';
import { escapeControls } from '../runtime/names';
import type { AskedMessage } from './createHandlerStandIn';

/** What can be looked at: a stand-in, or what it was asked. */
export type Asked = { readonly asked: readonly AskedMessage[] } | readonly AskedMessage[];

/** How the value of a message is held against what was wanted, and how often it has to have come. */
export interface AskedOptions extends CompareOptions {
  /** Exactly so many such messages. Default: at least one. */
  readonly times?: number;
}

/** Lines of `formatAsked`, at most; what came after them is counted. */
const SHOWN = 50;

/**
 * What a stand-in was asked, a line each, for people.
 *
 * @throws BadOption (ERR_BAD_OPTION) for what is neither a stand-in nor a list of messages.
 * @example console.log(formatAsked(meter)); // 'Read null\n'
 */
export function formatAsked(asked: Asked): string {
  const messages = messagesOf('formatAsked', asked);
  if (messages.length === 0) return 'it was asked nothing\n';
  const lines = messages
    .slice(0, SHOWN)
    .map(({ action, value }) => escapeControls(`${action} ${printValue(value)}`));
  if (messages.length > SHOWN) lines.push(`… and ${messages.length - SHOWN} more`);
  return `${lines.join('\n')}\n`;
}

/**
 * A matcher for Jest and Vitest, made known as `toMatchRecording` is: whether a stand-in was asked a message
 * of that action, and with that value when one is given, under the rules of a comparison. In node:test call
 * it: `pass` and `message()` are what a matcher gives.
 *
 * @param value left out: any.
 * @throws BadOption (ERR_BAD_OPTION) for arguments that are none.
 * @example expect(meter).toHaveBeenAsked('Set', { volts: 5 }, { tolerance: [{ absolute: 0.01 }] });
 */
export function toHaveBeenAsked(
  asked: Asked,
  action: string,
  ...[value, options = {}]: [value?: unknown, options?: AskedOptions]
): { readonly pass: boolean; readonly message: () => string } {
  const messages = messagesOf('toHaveBeenAsked', asked);
  checkArgument('toHaveBeenAsked: the action', action, shapes.text);
  checkOptions('toHaveBeenAsked', options, { ...compareShapes, times: shapes.count });
  const { times, ...rules } = options;
  const comparer = new ComparisonRules(rules).comparerOf(action);
  const ofAction = messages.filter((message) => message.action === action);
  const changes = ofAction.map((message) =>
    value === undefined ? [] : comparer.compare(value, message.value, 'value').changes,
  );
  const found = changes.filter(({ length }) => length === 0).length;
  const pass = times === undefined ? found > 0 : found === times;
  return {
    pass,
    message: () => {
      const wanted = escapeControls(`${action}${value === undefined ? '' : ` ${printValue(value)}`}`);
      const often = times === undefined ? '' : ` ${times} times, and it came ${found} times`;
      const not = pass ? 'not ' : '';
      return `expected that it was ${not}asked ${wanted}${often}\n${nearestOf(changes)}it was asked:\n${formatAsked(messages)}`;
    },
  };
}

/** Where the message that is most like it differs. */
function nearestOf(changes: readonly (readonly ValueChange[])[]): string {
  const [nearest = []] = [...changes].sort((a, b) => a.length - b.length);
  const lines = nearest.flatMap(changeLines).map(({ sign, text }) => `  ${sign} ${text}\n`);
  return lines.length === 0 ? '' : `the nearest differs:\n${lines.join('')}`;
}

const askedShape: Shape = {
  expected: 'a stand-in of createHandlerStandIn, or its messages',
  fits: (value) =>
    Array.isArray(value) ||
    (shapes.object.fits(value) && Array.isArray((value as { readonly asked?: unknown }).asked)),
};

function messagesOf(call: string, asked: Asked): readonly AskedMessage[] {
  checkArgument(`${call}: what was asked`, asked, askedShape);
  return 'asked' in asked ? asked.asked : asked;
}
