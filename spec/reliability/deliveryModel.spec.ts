import fc from '../support/fc';
import { DeliveryModel, modelEvents, type ModelPlan } from './DeliveryModel';

/** Virtual time takes as long as the machine needs for 150 runs. */
jest.setTimeout(300_000);

const plan = fc.record<ModelPlan>({
  seed: fc.nat(),
  maxInFlight: fc.constantFrom(1, 2, 16, 256),
  breaks: fc.constantFrom(0, 0, 1, 2, 4),
  steps: fc.array(
    fc.record({
      event: fc.oneof(
        { weight: 2, arbitrary: fc.constant('tell' as const) },
        { weight: 3, arbitrary: fc.constantFrom(...modelEvents) },
      ),
      count: fc.integer({ min: 1, max: 20 }),
      thenMs: fc.constantFrom(0, 0, 1, 3, 10, 100, 700, 5000),
    }),
    { minLength: 1, maxLength: 25 },
  ),
});

/** A host that stops refuses the first message of a connection; that is no answer to the message. */
const stoppedBeforeHello: ModelPlan = {
  seed: 73_762_300,
  maxInFlight: 1,
  breaks: 0,
  steps: [
    { event: 'kill receiver', count: 1, thenMs: 0 },
    { event: 'tell', count: 1, thenMs: 0 },
    { event: 'stop receiver', count: 1, thenMs: 0 },
    { event: 'tell', count: 1, thenMs: 0 },
  ],
};

describe('A sender with an outbox and a host with Dedup', () => {
  it('keep every promise, however links, processes, disks and handlers fail', async () => {
    await fc.assert(
      fc.asyncProperty(plan, async (drawn) => {
        expect(await new DeliveryModel(drawn).run()).toEqual([]);
      }),
      {
        numRuns: Number(process.env['RXCOMET_RUNS'] ?? 150),
        examples: [[stoppedBeforeHello]],
      },
    );
  });
});
