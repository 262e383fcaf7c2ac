import { nearestName } from '../../runtime/nearestName';

/**
 * The key that was probably meant: the nearest one, or one whose beginning was typed (keys end in their unit).
 *
 * @example nearestKey('Ack_timeout', ['Ack_timeout_ms']) // 'Ack_timeout_ms'
 */
export function nearestKey(typed: string, keys: readonly string[]): string | undefined {
  const start = typed.toLowerCase();
  return (
    nearestName(typed, keys) ??
    (start.length < 4 ? undefined : keys.find((key) => key.toLowerCase().startsWith(start)))
  );
}
