import { createApp, defineAction, t, type App, type CometConfig } from 'rxcomet';
import {
  bufferCount,
  combineLatest,
  distinctUntilChanged,
  map,
  ReplaySubject,
  share,
  skipWhile,
  Subject,
  take,
} from 'rxjs';
import { dewPoint } from './dewPoint';

/** From the climate chamber, °C. */
const Temperature = defineAction('Temperature', { value: t.number });
/** From the probe station, % relative humidity. */
const Humidity = defineAction('Humidity', { value: t.number });
/** Follows the dew point: a stream of as many values as asked for. */
const DewPoint = defineAction('DewPoint', { value: t.number, ack: t.number });

/** Above it the sensors get wet. */
const LIMIT_CELSIUS = 5;

/** The gateway, and how to end it so that nothing is lost. */
export interface Gateway {
  readonly app: App;
  stop(): Promise<void>;
}

/** Joins two measuring programs, a chat and an archive: operators between what comes in and what goes out. */
export function createGateway(config: CometConfig): Gateway {
  const app = createApp(config);
  const temperature$ = new Subject<number>();
  const humidity$ = new Subject<number>();
  app.handle(Temperature, (celsius) => temperature$.next(celsius));
  app.handle(Humidity, (percent) => humidity$.next(percent));

  const dewPoint$ = combineLatest([temperature$, humidity$]).pipe(
    map(([celsius, percent]) => Math.round(dewPoint(celsius, percent) * 10) / 10),
    share({ connector: () => new ReplaySubject(1) }),
  );

  // Everything goes to the archive, three at a time. While the archive is away they wait in its queue, in
  // order.
  dewPoint$.pipe(bufferCount(3)).subscribe((values) => app.peer('Archive').tell('Store', values));

  // People hear of changes only.
  dewPoint$
    .pipe(
      map((celsius) => celsius > LIMIT_CELSIUS),
      distinctUntilChanged(),
      skipWhile((wet) => !wet),
      map((wet) => (wet ? 'Dew point too high: flush with nitrogen' : 'Dry again')),
    )
    .subscribe((text) => app.peer('Telegram').tell('TelegramBot', { lab: text }));

  // Whoever asks gets the present value and those to come, as a stream of results.
  app.handle(DewPoint, (count) => dewPoint$.pipe(take(count)));

  return {
    app,
    async stop() {
      // Completing the sources makes the operators give out what they hold; stop() then waits until it is
      // sent.
      temperature$.complete();
      humidity$.complete();
      await app.stop();
    },
  };
}
