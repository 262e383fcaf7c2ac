// Composition
export { createApp } from './app/createApp';
export type { Address, App } from './app/App';
export type { StreamOptions } from './app/StreamOptions';
export type { AppOptions } from './app/AppOptions';
export type { Failure } from './app/Failure';
export type { StopResult } from './app/StopResult';

// Configuration
export { loadConfig } from './config/loadConfig';
export { parseConfig } from './config/parseConfig';
export type { ClientConfig, ClientQueueConfig } from './config/ClientConfig';
export type { CometConfig } from './config/CometConfig';
export type { HostConfig } from './config/HostConfig';
export type { HostLimits } from './config/HostLimits';
export { Secret } from './config/Secret';
export type { TlsConfig } from './config/TlsConfig';

// Messages, handlers and contracts
export { acknowledge } from './streams/acknowledge';
export type { ActionContract } from './streams/ActionContract';
export type { ConnectionEvent } from './streams/ConnectionEvent';
export { defineAction, type ActionCodecs } from './streams/defineAction';
export type { Dialect } from './streams/Dialect';
export type { Answer, Handler, HandlerOptions } from './streams/Handler';
export { Message } from './streams/Message';
export { t } from './streams/t';

// Sending
export { circuitBreaker, type CircuitBreaker, type CircuitBreakerOptions } from './streams/circuitBreaker';
export type { CircuitState } from './streams/CircuitState';
export type { ClientState } from './streams/ClientState';
export type { Peer } from './streams/Peer';
export type { SendOptions } from './streams/SendOptions';
export { createRetryBudget, type RetryBudgetOptions } from './streams/createRetryBudget';
export type { RetryBudget } from './streams/RetryBudget';
export { retrySend, type RetrySendOptions } from './streams/retrySend';
export { inspectOutbox } from './outbox/inspectOutbox';
export type { OutboxEntry, OutboxInspector } from './outbox/OutboxInspector';
export type { OutboxRefusal } from './outbox/KeptMessage';
export type { OutboxTotals } from './outbox/totalsInternals';
export type { OutboxState } from './streams/OutboxState';
export { sendTo, type SendToOptions } from './streams/sendTo';
export type { TellOptions } from './streams/TellOptions';

// The wire, for tools
export { encodeJson } from './streams/encodeJson';
export { parseJson } from './streams/parseJson';

// Actors
export type { ActorContext, ActorTimers } from './actors/ActorContext';
export type { ActorEvent } from './actors/ActorEvent';
export type { ActorNode, ActorStatus } from './actors/ActorNode';
export type { ActorRef, AnyActorRef, AskOptions, OfferOptions, Termination } from './actors/ActorRef';
export type { ActorSystem, ActorSystemOptions, StopReport, SystemActor } from './actors/ActorSystem';
export type { AppActors } from './app/AppActors';
export {
  behaviour,
  type ActorSignal,
  type Behaviour,
  type NextState,
  type Receive,
} from './actors/behaviour';
export { createActorSystem } from './actors/createActorSystem';
export { fromContracts, type ActionMessage, type ContractBehaviour } from './actors/fromContracts';
export { fromOperator, type Delivery } from './actors/fromOperator';
export type { DeadLetter, DeadLetterReason } from './actors/DeadLetter';
export type { MailboxOptions, MailboxOverflow } from './actors/MailboxOptions';
export type { Priority } from './actors/Priority';
export type { Spawnable, Spawner, SpawnOptions } from './actors/Spawner';
export type {
  BackoffOptions,
  Directive,
  SupervisionRules,
  SupervisionStrategy,
} from './actors/SupervisionStrategy';

// Stats
export type { DedupCounts } from './streams/DedupCounts';
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
} from './observe/StatsSnapshot';

// Time and logging
export type { Clock } from './runtime/Clock';
export type { Logger, LogLevel } from './runtime/Logger';

// Errors: match on `code`, docs/errors.md
export { AcceptFailed } from './errors/AcceptFailed';
export { AckTimeout } from './errors/AckTimeout';
export { ActorError } from './errors/ActorError';
export { ActorInterrupted } from './errors/ActorInterrupted';
export { ActorStopped } from './errors/ActorStopped';
export { AnswerNotKept } from './errors/AnswerNotKept';
export { AppStopped } from './errors/AppStopped';
export { AppStopping } from './errors/AppStopping';
export { AskAborted } from './errors/AskAborted';
export { AskTimeout } from './errors/AskTimeout';
export { BadCertificate } from './errors/BadCertificate';
export { BadContent } from './errors/BadContent';
export { BadHeader } from './errors/BadHeader';
export { BadName } from './errors/BadName';
export { BadOption } from './errors/BadOption';
export { BadRecording } from './errors/BadRecording';
export { BadReply } from './errors/BadReply';
export { BadRequest } from './errors/BadRequest';
export { BadValue } from './errors/BadValue';
export { CircuitOpen } from './errors/CircuitOpen';
export { ConfigError } from './errors/ConfigError';
export { ConnectFailed } from './errors/ConnectFailed';
export { ConnectionClosed } from './errors/ConnectionClosed';
export { ConnectionLost } from './errors/ConnectionLost';
export { ContentTooLarge } from './errors/ContentTooLarge';
export { DeathPact } from './errors/DeathPact';
export { DedupFailed } from './errors/DedupFailed';
export { DedupLocked } from './errors/DedupLocked';
export { DetachedFailed } from './errors/DetachedFailed';
export { DialectUnknown } from './errors/DialectUnknown';
export { FrameTimeout } from './errors/FrameTimeout';
export { HandlerError } from './errors/HandlerError';
export { HandlerFailed } from './errors/HandlerFailed';
export { HandlerTimeout } from './errors/HandlerTimeout';
export { HeartbeatLost } from './errors/HeartbeatLost';
export { IdleTimeout } from './errors/IdleTimeout';
export { LegacyEmptyContent } from './errors/LegacyEmptyContent';
export { LegacyRawAction } from './errors/LegacyRawAction';
export { LinkFailed } from './errors/LinkFailed';
export { ListenFailed } from './errors/ListenFailed';
export { MailboxFull } from './errors/MailboxFull';
export { MemoryBudgetExceeded } from './errors/MemoryBudgetExceeded';
export { MessageDropped } from './errors/MessageDropped';
export { MessageExpired } from './errors/MessageExpired';
export { MessageRefused } from './errors/MessageRefused';
export { MissingPackage } from './errors/MissingPackage';
export { NameTaken } from './errors/NameTaken';
export { NestingTooDeep } from './errors/NestingTooDeep';
export { OutboxFailed } from './errors/OutboxFailed';
export { OutboxLocked } from './errors/OutboxLocked';
export { PeerError } from './errors/PeerError';
export { PeerNotAllowed } from './errors/PeerNotAllowed';
export { PeerUnreachable } from './errors/PeerUnreachable';
export { ProtocolViolation } from './errors/ProtocolViolation';
export { QueueFull } from './errors/QueueFull';
export { RemoteError } from './errors/RemoteError';
export { ReplayNotRecorded } from './errors/ReplayNotRecorded';
export { ReplayStuck } from './errors/ReplayStuck';
export { ResultOverflow } from './errors/ResultOverflow';
export { RxcometError } from './errors/RxcometError';
export { SendAborted } from './errors/SendAborted';
export { SendError } from './errors/SendError';
export { SendTooLarge } from './errors/SendTooLarge';
export { StashFull } from './errors/StashFull';
export { StreamIdle } from './errors/StreamIdle';
export { SubscriberFailed } from './errors/SubscriberFailed';
export { TlsFailed } from './errors/TlsFailed';
export { TooManyConnections } from './errors/TooManyConnections';
export { TruncatedFrame } from './errors/TruncatedFrame';
export { Unauthorized } from './errors/Unauthorized';
export { Unencodable } from './errors/Unencodable';
export { UnknownAction } from './errors/UnknownAction';
export { UnknownClient } from './errors/UnknownClient';
export { UnknownEncoding } from './errors/UnknownEncoding';
export { UnsentOverflow } from './errors/UnsentOverflow';
export { WriteTimeout } from './errors/WriteTimeout';
export type { ConfigProblem } from './errors/ConfigError';
export type { Delivered } from './errors/Delivered';
