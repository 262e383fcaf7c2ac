// Composition
export { createApp } from './app/createApp';
export type { App } from './app/App';
export type { StreamOptions } from './app/AppHandlers';
export type { AppOptions } from './app/AppOptions';
export type { Failure } from './app/Failure';
export type { StopResult } from './app/stopParts';
export type { Address } from './runtime/endpoint';

// Configuration
export { loadConfig } from './config/loadConfig';
export { parseConfig, type ParseConfigOptions } from './config/parseConfig';
export type { Environment } from './config/nodes/substituteEnvironment';
export type { ClientConfig, ClientQueueConfig } from './config/types/ClientConfig';
export type { CometConfig } from './config/types/CometConfig';
export type { HostConfig } from './config/types/HostConfig';
export type { HostLimits } from './config/types/HostConfig';
export { Secret } from './config/types/Secret';
export type { TlsConfig } from './config/types/TlsConfig';

// Messages, handlers and contracts
export { acknowledge, type AckOf, type MessageOf } from './streams/operators/acknowledge';
export type { ActionContract } from './streams/messages/defineAction';
export type { ConnectionEvent } from './streams/messages/ConnectionEvent';
export { defineAction, type ActionCodecs } from './streams/messages/defineAction';
export type { Dialect } from './streams/messages/Message';
export type { Answer, Handler, HandlerOptions } from './streams/messages/Handler';
export { Message, type MessageControl, type MessageFields } from './streams/messages/Message';
export { t } from './streams/messages/defineAction';

// Sending
export {
  circuitBreaker,
  type CircuitBreaker,
  type CircuitBreakerOptions,
} from './streams/operators/circuitBreaker';
export type { CircuitState } from './streams/operators/circuitBreaker';
export type { ClientState } from './streams/client/ClientContext';
export type { Peer } from './streams/client/Peer';
export type { SendOptions } from './streams/client/arguments';
export { createRetryBudget, type RetryBudgetOptions } from './streams/operators/createRetryBudget';
export type { RetryBudget } from './streams/operators/createRetryBudget';
export { retrySend, type RetrySendOptions } from './streams/operators/retrySend';
export { inspectOutbox } from './storage/outbox/inspectOutbox';
export type { OutboxEntry, OutboxInspector } from './storage/outbox/OutboxInspector';
export type { OutboxRefusal } from './storage/outbox/KeptMessage';
export type { OutboxTotals } from './storage/outbox/records';
export type { OutboxState } from './streams/client/OutboxPort';
export { sendTo, type SendTo, type SendToOptions } from './streams/operators/sendTo';
export type { TellOptions } from './streams/client/arguments';

// The wire, for tools
export { encodeJson } from './streams/json/encodeJson';
export { parseJson } from './streams/json/parseJson';
export type { ParseJsonOptions } from './streams/json/readJson';
export type { Link, LinkEvents } from './streams/transport/Link';
export type { Listener, Transport } from './streams/transport/Transport';

// Actors
export type { ActorContext, ActorTimers } from './actors/behaviour';
export type { ActorEvent } from './actors/ActorSystem';
export type { ActorNode, ActorStatus } from './actors/ActorSystem';
export type {
  ActorContract,
  ActorRef,
  ActorTellOptions,
  AnyActorRef,
  AskOptions,
  OfferOptions,
  Termination,
} from './actors/ActorRef';
export type { ActorSystem, ActorSystemOptions, StopReport, SystemActor } from './actors/ActorSystem';
export type { AppActors } from './app/actors/AppActors';
export {
  behaviour,
  type ActorSignal,
  type Behaviour,
  type NextState,
  type Receive,
} from './actors/behaviour';
export { createActorSystem } from './actors/engine/createActorSystem';
export { fromContracts, type ActionMessage, type ContractBehaviour } from './actors/fromContracts';
export { fromOperator, type Delivery } from './actors/fromOperator';
export type { DeadLetter, DeadLetterReason } from './actors/ActorSystem';
export type { MailboxOptions, MailboxOverflow } from './actors/MailboxOptions';
export type { Priority } from './actors/ActorRef';
export type { Spawnable, Spawner, SpawnOptions } from './actors/behaviour';
export type {
  BackoffOptions,
  Directive,
  FailureClass,
  SupervisionRules,
  SupervisionStrategy,
} from './actors/SupervisionStrategy';

// Stats
export type { DedupCounts } from './streams/dedup/DedupStore';
export type {
  ActionStats,
  ClientGauges,
  ClientStats,
  CodeCount,
  ConnectionGauge,
  ConnectionStats,
  DurationStats,
  EventLoopDelayStats,
  HostGauges,
  MailboxGauges,
  MemoryStats,
  MessageStats,
  StatsSnapshot,
} from './observe/stats/StatsSnapshot';

// Time and logging
export type { Clock } from './runtime/Clock';
export type { Logger, LogLevel } from './runtime/Logger';

// Errors: match on `code`, docs/errors.md
export { AcceptFailed } from './errors/setUp';
export { AckTimeout } from './errors/sending';
export { ActorError } from './errors/actors';
export { ActorInterrupted } from './errors/actors';
export { ActorStopped } from './errors/actors';
export { AnswerNotKept } from './errors/handling';
export { AppStopped } from './errors/sending';
export { AppStopping } from './errors/handling';
export { AskAborted } from './errors/actors';
export { AskTimeout } from './errors/actors';
export { BadCertificate } from './errors/setUp';
export { BadContent } from './errors/connections';
export { BadHeader } from './errors/connections';
export { BadName } from './errors/actors';
export { BadOption } from './errors/setUp';
export { BadRecording } from './errors/recordings';
export { BadReply } from './errors/sending';
export { BadRequest } from './errors/connections';
export { BadValue } from './errors/handling';
export { CircuitOpen } from './errors/sending';
export { ConfigError } from './errors/setUp';
export { ConnectFailed } from './errors/connections';
export { ConnectionClosed } from './errors/sending';
export { ConnectionLost } from './errors/connections';
export { ContentTooLarge } from './errors/connections';
export { DeathPact } from './errors/actors';
export { DedupFailed } from './errors/handling';
export { DedupLocked } from './errors/setUp';
export { DetachedFailed } from './errors/setUp';
export { DialectUnknown } from './errors/sending';
export { FrameTimeout } from './errors/connections';
export { HandlerError } from './errors/handling';
export { HandlerFailed } from './errors/handling';
export { HandlerStuck } from './errors/handling';
export { HandlerTimeout } from './errors/handling';
export { HeartbeatLost } from './errors/connections';
export { IdleTimeout } from './errors/connections';
export { LegacyEmptyContent } from './errors/sending';
export { LegacyRawAction } from './errors/sending';
export { LinkFailed } from './errors/connections';
export { ListenFailed } from './errors/setUp';
export { MailboxFull } from './errors/actors';
export { MemoryBudgetExceeded } from './errors/connections';
export { MessageDropped } from './errors/sending';
export { MessageExpired } from './errors/sending';
export { MessageRefused } from './errors/sending';
export { MissingPackage } from './errors/setUp';
export { NameTaken } from './errors/actors';
export { NestingTooDeep } from './errors/connections';
export { OutboxFailed } from './errors/sending';
export { OutboxLocked } from './errors/sending';
export { PeerError } from './errors/connections';
export { PeerNotAllowed } from './errors/connections';
export { PeerUnreachable } from './errors/sending';
export { ProtocolViolation } from './errors/connections';
export { QueueFull } from './errors/sending';
export { RemoteError } from './errors/sending';
export { ReplayNotRecorded } from './errors/recordings';
export { ReplayStuck } from './errors/recordings';
export { ResultOverflow } from './errors/handling';
export { RxcometError } from './errors/RxcometError';
export { SendAborted } from './errors/sending';
export { SendError } from './errors/sending';
export { SendTooLarge } from './errors/sending';
export { StashFull } from './errors/actors';
export { StreamIdle } from './errors/handling';
export { SubscriberFailed } from './errors/setUp';
export { TlsFailed } from './errors/connections';
export { TooManyConnections } from './errors/connections';
export { TruncatedFrame } from './errors/connections';
export { Unauthorized } from './errors/connections';
export { Unencodable } from './errors/sending';
export { UnknownAction } from './errors/handling';
export { UnknownClient } from './errors/sending';
export { UnknownEncoding } from './errors/connections';
export { UnsentOverflow } from './errors/connections';
export { WriteTimeout } from './errors/connections';
export type { ActorErrorFields } from './errors/actors';
export type { PeerErrorFields } from './errors/connections';
export type {
  BadValueFields,
  DedupFailedFields,
  HandlerErrorFields,
  HandlerStuckFields,
} from './errors/handling';
export type { BadRecordingFields } from './errors/recordings';
export type { RxcometErrorOptions } from './errors/RxcometError';
export type { ErrorCode } from './errors/ErrorCode';
export type { Delivered, LimitText, SendErrorFields } from './errors/sending';
export type {
  MessageRefusedFields,
  OutboxFailedFields,
  OutboxLockedFields,
  RemoteErrorFields,
} from './errors/sending';
export type { AddressNames, ConfigProblem, DedupLockedFields, ListenPart } from './errors/setUp';
