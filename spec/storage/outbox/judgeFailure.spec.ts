import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { RxcometError } from '../../../src/errors/RxcometError';
import * as sending from '../../../src/errors/sending';
import { type Judgement, judgeFailure } from '../../../src/storage/outbox/judgeFailure';

const fields = { client: 'Results', action: 'Point', delivered: 'yes' } as const;
const answer = (remoteCode: string): Judgement =>
  judgeFailure(new sending.RemoteError('no', { ...fields, remoteCode }));

const documented = readFileSync(path.join(__dirname, '..', '..', '..', 'docs', 'errors.md'), 'utf8');
const codes = [...documented.matchAll(/^\| (ERR_\w+)/gm)].map(([, code]) => code ?? '');

/**
 * What the codes that a peer may answer with mean for a kept message; whatever is not named here is a refusal
 * of it.
 */
const answers: Readonly<Record<Exclude<Judgement, 'message' | 'stopped'>, readonly string[]>> = {
  handled: ['ERR_ANSWER_NOT_KEPT'],
  link: [
    'ERR_APP_STOPPED',
    'ERR_APP_STOPPING',
    'ERR_CONNECTION_LOST',
    'ERR_DEDUP',
    'ERR_DEDUP_LOCKED',
    'ERR_FRAME_TIMEOUT',
    'ERR_HEARTBEAT_LOST',
    'ERR_IDLE_TIMEOUT',
    'ERR_LINK_FAILED',
    'ERR_MEMORY_BUDGET',
    'ERR_PEER_NOT_ALLOWED',
    'ERR_TLS',
    'ERR_TOO_MANY_CONNECTIONS',
    'ERR_TRUNCATED_FRAME',
    'ERR_UNAUTHORIZED',
    'ERR_UNSENT_OVERFLOW',
    'ERR_WRITE_TIMEOUT',
  ],
  busy: [
    'ERR_ACK_TIMEOUT',
    'ERR_ACTOR_INTERRUPTED',
    'ERR_ACTOR_STOPPED',
    'ERR_ASK_ABORTED',
    'ERR_ASK_TIMEOUT',
    'ERR_CIRCUIT_OPEN',
    'ERR_CONNECT',
    'ERR_DEATH_PACT',
    'ERR_DIALECT_UNKNOWN',
    'ERR_HANDLER_STUCK',
    'ERR_HANDLER_TIMEOUT',
    'ERR_MAILBOX_FULL',
    'ERR_MESSAGE_DROPPED',
    'ERR_MESSAGE_EXPIRED',
    'ERR_NAME_TAKEN',
    'ERR_OUTBOX',
    'ERR_OUTBOX_LOCKED',
    'ERR_PEER_UNREACHABLE',
    'ERR_QUEUE_FULL',
    'ERR_SEND_ABORTED',
    'ERR_STASH_FULL',
    'ERR_STREAM_IDLE',
  ],
  content: [
    'ERR_BAD_CONTENT',
    'ERR_BAD_HEADER',
    'ERR_BAD_REQUEST',
    'ERR_CONTENT_TOO_LARGE',
    'ERR_NESTING_TOO_DEEP',
    'ERR_PROTOCOL_VIOLATION',
    'ERR_UNKNOWN_ENCODING',
  ],
};

describe('What a failed try of a kept message says', () => {
  it.each(Object.entries(answers))('is "%s" for answers with these codes', (judgement, known) => {
    expect(known.filter((code) => !codes.includes(code))).toEqual([]);
    expect(known.filter((code) => answer(code) !== judgement)).toEqual([]);
  });

  it('is a refusal of the message for answers with any other code, ERR_UNKNOWN_ACTION among them', () => {
    const named = Object.values(answers).flat();
    const others = codes.filter((code) => !named.includes(code));
    expect(others).toContain('ERR_UNKNOWN_ACTION');
    for (const code of [...others, '', 'EXPIRED', 'toString']) {
      expect({ code, judgement: answer(code) }).toEqual({ code, judgement: 'message' });
    }
  });

  it.each<[Judgement, RxcometError]>([
    ['stopped', new sending.AppStopped('', fields)],
    ['link', new sending.ConnectionClosed('', fields)],
    ['link', new sending.PeerUnreachable('', fields)],
    ['link', new sending.QueueFull('', fields)],
    ['link', new sending.BadReply('', { ...fields, delivered: 'unknown' })],
    ['message', new sending.BadReply('', fields)],
    ['message', new sending.SendTooLarge('', fields)],
    ['message', new sending.LegacyRawAction('', fields)],
    ['message', new sending.LegacyEmptyContent('', fields)],
    ['busy', new sending.AckTimeout('', fields)],
    ['busy', new sending.DialectUnknown('', fields)],
  ])('of this side is "%s" for %s', (judgement, error) => {
    expect(judgeFailure(error)).toBe(judgement);
  });
});
