import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import * as rxcomet from 'rxcomet';
import * as testing from 'rxcomet/testing';

const source = path.join(__dirname, '..', '..', 'src');

/** Names of the public doors. One that goes or changes breaks somebody's program: say so in CHANGELOG.md. */
const values = [
  'AcceptFailed',
  'AckTimeout',
  'ActorError',
  'ActorInterrupted',
  'ActorStopped',
  'AnswerNotKept',
  'AppStopped',
  'AppStopping',
  'AskAborted',
  'AskTimeout',
  'BadCertificate',
  'BadContent',
  'BadHeader',
  'BadName',
  'BadOption',
  'BadRecording',
  'BadReply',
  'BadRequest',
  'BadValue',
  'CircuitOpen',
  'ConfigError',
  'ConnectFailed',
  'ConnectionClosed',
  'ConnectionLost',
  'ContentTooLarge',
  'DeathPact',
  'DedupFailed',
  'DedupLocked',
  'DetachedFailed',
  'DialectUnknown',
  'FrameTimeout',
  'HandlerError',
  'HandlerFailed',
  'HandlerTimeout',
  'HeartbeatLost',
  'IdleTimeout',
  'LegacyEmptyContent',
  'LegacyRawAction',
  'LinkFailed',
  'ListenFailed',
  'MailboxFull',
  'MemoryBudgetExceeded',
  'Message',
  'MessageDropped',
  'MessageExpired',
  'MessageRefused',
  'MissingPackage',
  'NameTaken',
  'NestingTooDeep',
  'OutboxFailed',
  'OutboxLocked',
  'PeerError',
  'PeerNotAllowed',
  'PeerUnreachable',
  'ProtocolViolation',
  'QueueFull',
  'RemoteError',
  'ReplayNotRecorded',
  'ReplayStuck',
  'ResultOverflow',
  'RxcometError',
  'Secret',
  'SendAborted',
  'SendError',
  'SendTooLarge',
  'StashFull',
  'StreamIdle',
  'SubscriberFailed',
  'TlsFailed',
  'TooManyConnections',
  'TruncatedFrame',
  'Unauthorized',
  'Unencodable',
  'UnknownAction',
  'UnknownClient',
  'UnknownEncoding',
  'UnsentOverflow',
  'WriteTimeout',
  'acknowledge',
  'behaviour',
  'circuitBreaker',
  'createActorSystem',
  'createApp',
  'createRetryBudget',
  'defineAction',
  'encodeJson',
  'fromContracts',
  'fromOperator',
  'inspectOutbox',
  'loadConfig',
  'parseConfig',
  'parseJson',
  'retrySend',
  'sendTo',
  't',
];

const types = [
  'ActionCodecs',
  'ActionContract',
  'ActionMessage',
  'ActorContext',
  'ActorEvent',
  'ActorNode',
  'ActorRef',
  'ActorSignal',
  'ActorStatus',
  'ActorSystem',
  'ActorSystemOptions',
  'ActorTimers',
  'Address',
  'Answer',
  'AnyActorRef',
  'App',
  'AppActors',
  'AppOptions',
  'AskOptions',
  'BackoffOptions',
  'Behaviour',
  'CircuitBreaker',
  'CircuitBreakerOptions',
  'CircuitState',
  'ClientConfig',
  'ClientQueueConfig',
  'ClientState',
  'Clock',
  'CometConfig',
  'ConfigProblem',
  'ConnectionEvent',
  'ContractBehaviour',
  'DeadLetter',
  'DeadLetterReason',
  'Delivered',
  'Delivery',
  'Dialect',
  'Directive',
  'Failure',
  'Handler',
  'HandlerOptions',
  'HostConfig',
  'HostLimits',
  'Logger',
  'MailboxOptions',
  'MailboxOverflow',
  'NextState',
  'OfferOptions',
  'OutboxEntry',
  'OutboxInspector',
  'OutboxState',
  'Peer',
  'Priority',
  'Receive',
  'RetryBudget',
  'RetryBudgetOptions',
  'RetrySendOptions',
  'SendOptions',
  'SendToOptions',
  'SpawnOptions',
  'Spawnable',
  'Spawner',
  'StopReport',
  'StopResult',
  'StreamOptions',
  'SupervisionRules',
  'SupervisionStrategy',
  'SystemActor',
  'TellOptions',
  'Termination',
  'TlsConfig',
];

const testingValues = [
  'BadRecording',
  'JsonPath',
  'RecordedAnswers',
  'RecordingComparison',
  'RecordingWriter',
  'ReplayStuck',
  'compareRecordings',
  'createMemoryLinkPair',
  'createMemoryTransport',
  'createStandIn',
  'createTap',
  'createTestApp',
  'createTestProbe',
  'driveHost',
  'formatVerdict',
  'formatVerdictJUnit',
  'formatVerdictJson',
  'parseFaultPlan',
  'readRecording',
  'record',
  'recordTransport',
  'recordedSide',
  'recordedValue',
  'replayRecording',
  'replayToHost',
  'toMatchRecording',
  'virtualTime',
  'withFaults',
];

const testingTypes = [
  'ActionVerdict',
  'AnswersReport',
  'AppRecording',
  'CompareOptions',
  'Difference',
  'DriveHostOptions',
  'EventSink',
  'FaultPlan',
  'FormatVerdictOptions',
  'HostDrive',
  'LinkFault',
  'MatchRecordingOptions',
  'MemoryLink',
  'MemoryLinkPairOptions',
  'MemoryTransportOptions',
  'Normaliser',
  'NumberTolerance',
  'RecordedAck',
  'RecordedAnswer',
  'RecordedAnswersOptions',
  'RecordedCancel',
  'RecordedClose',
  'RecordedContent',
  'RecordedDialect',
  'RecordedEnd',
  'RecordedError',
  'RecordedEvent',
  'RecordedEventBase',
  'RecordedMessage',
  'RecordedOpen',
  'Recording',
  'RecordingHeader',
  'RecordingMatchers',
  'RecordingOptions',
  'RecordingSink',
  'RecordingSource',
  'RecordingSummary',
  'Replay',
  'ReplayOptions',
  'ReplayToHostOptions',
  'StandIn',
  'StandInOptions',
  'Tap',
  'TapOptions',
  'TestApp',
  'TestAppOptions',
  'TestProbe',
  'TestProbeOptions',
  'ValueChange',
  'Verdict',
  'VirtualTime',
  'VirtualTimeOptions',
];

/** The names that a door lists. */
function listed(door: string): { readonly values: string[]; readonly types: string[] } {
  const text = readFileSync(path.join(source, door), 'utf8');
  const found = { values: [] as string[], types: [] as string[] };
  for (const node of ts.createSourceFile(door, text, ts.ScriptTarget.Latest).statements) {
    if (
      !ts.isExportDeclaration(node) ||
      node.exportClause === undefined ||
      !ts.isNamedExports(node.exportClause)
    ) {
      throw new Error(`src/${door} lists names one by one and holds nothing else`);
    }
    for (const { isTypeOnly, name } of node.exportClause.elements) {
      (node.isTypeOnly || isTypeOnly ? found.types : found.values).push(name.text);
    }
  }
  found.values.sort();
  found.types.sort();
  return found;
}

describe('The public surface', () => {
  it('of rxcomet has exactly these values and types', () => {
    expect(listed('index.ts')).toEqual({ values, types });
    expect(Object.keys(rxcomet).sort()).toEqual(values);
  });

  it('of rxcomet/testing has exactly these values and types', () => {
    expect(listed('testing/index.ts')).toEqual({ values: testingValues, types: testingTypes });
    expect(Object.keys(testing).sort()).toEqual(testingValues);
  });

  it('has every class of error, so that users can tell them apart', () => {
    const classes = readdirSync(path.join(source, 'errors'))
      .filter((file) =>
        /export (abstract )?class/.test(readFileSync(path.join(source, 'errors', file), 'utf8')),
      )
      .map((file) => path.basename(file, '.ts'));
    expect(classes.filter((name) => !values.includes(name))).toEqual([]);
  });
});
