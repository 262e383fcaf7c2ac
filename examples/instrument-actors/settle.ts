import type { Clock } from 'rxcomet';
import { Observable } from 'rxjs';

/** Emits once after `ms` on that clock and completes. Unsubscribing clears the timer. */
export function settle(clock: Clock, ms: number): Observable<void> {
  return new Observable((subscriber) => {
    const timer = clock.setTimeout(() => {
      subscriber.next();
      subscriber.complete();
    }, ms);
    return () => clock.clearTimeout(timer);
  });
}
