// Recording
export { createTap, type Tap, type TapOptions } from '../recording/capture/createTap';
export type { EventSink } from '../recording/capture/EventSink';
export type {
  RecordedAck,
  RecordedCancel,
  RecordedClose,
  RecordedContent,
  RecordedDialect,
  RecordedEnd,
  RecordedError,
  RecordedEvent,
  RecordedEventBase,
  RecordedMessage,
  RecordedOpen,
} from '../recording/RecordedEvent';
export { record, type AppRecording } from '../recording/capture/record';
export { readRecording } from '../recording/format/readRecording';
export { recordingPartFile } from '../recording/format/recordingPartFile';
export { recordedSide } from '../recording/capture/recordTransport';
export { recordedValue } from '../recording/content/recordedValue';
export type { Recording } from '../recording/format/readRecording';
export type { RecordingHeader } from '../recording/RecordedEvent';
export type { RecordingOptions } from '../recording/format/RecordingWriter';
export type { RecordingSink } from '../recording/format/RecordingSink';
export type { RecordingSource } from '../recording/format/readRecording';
export type { RecordingSummary } from '../recording/format/RecordingWriter';
export type { UnusedRedaction } from '../recording/format/Redaction';
export { RecordingWriter } from '../recording/format/RecordingWriter';
export { recordTransport } from '../recording/capture/recordTransport';

export { cutRecording, type CutOptions } from '../recording/edit/cutRecording';
export { describeRecording, type ActionInfo, type RecordingInfo } from '../recording/edit/describeRecording';
export { mergeRecordings, type MergeOptions } from '../recording/edit/mergeRecordings';
export type { EditedRecording } from '../recording/edit/writeEdited';

// Replay
export { createStandIn, type StandIn, type StandInOptions } from '../replay/standIn/createStandIn';
export { driveHost, type DriveHostOptions, type HostDrive } from '../replay/drive/driveHost';
export type { RecordedAnswer } from '../replay/standIn/RecordedAnswers';
export {
  RecordedAnswers,
  type AnswersReport,
  type RecordedAnswersOptions,
  type UnknownMessage,
} from '../replay/standIn/RecordedAnswers';
export { formatAnswers, type FormatAnswersOptions } from '../replay/standIn/formatAnswers';
export type { NearestRecorded } from '../replay/standIn/nearestMessage';
export type { Replay } from '../replay/Replay';
export { replayRecording, type ReplayOptions } from '../replay/replayRecording';
export { replayToHost, type ReplayToHostOptions } from '../replay/replayToHost';

export type { LineCounts, PatchOptions } from '../replay/update/writePatched';
export { updateRecording, type RecordingUpdate, type UpdateOptions } from '../replay/update/updateRecording';

// Verdict
export type { ComparedEvent, ComparisonListener } from '../replay/verdict/ComparisonListener';
export type {
  ActionRules,
  CompareOptions,
  Normaliser,
  NumberTolerance,
  TimingTolerance,
} from '../replay/verdict/CompareOptions';
export { loadRules, rulesFileOf, type RulesOption } from '../replay/rules/loadRules';
export { compareRecordings } from '../replay/verdict/compareRecordings';
export { formatVerdict, type FormatVerdictOptions } from '../replay/verdict/format/formatVerdict';
export { formatVerdictJson } from '../replay/verdict/format/formatVerdictJson';
export { formatVerdictJUnit } from '../replay/verdict/format/formatVerdictJUnit';
export { JsonPath } from '../recording/content/JsonPath';
export { RecordingComparison } from '../replay/verdict/RecordingComparison';
export {
  toMatchRecording,
  type Conversation,
  type MatchRecordingOptions,
  type RecordingMatchers,
} from './toMatchRecording';
export type { ValueChange } from '../replay/verdict/Verdict';
export type { ActionVerdict, Difference, Verdict } from '../replay/verdict/Verdict';

// Tests
export {
  createMemoryLinkPair,
  type MemoryLinkPairOptions,
} from '../streams/transport/memory/createMemoryLinkPair';
export {
  createMemoryTransport,
  type MemoryTransportOptions,
} from '../streams/transport/memory/createMemoryTransport';
export {
  createHandlerStandIn,
  type AskedMessage,
  type HandlerStandIn,
  type HandlerStandInOptions,
} from './createHandlerStandIn';
export { createTestMessage, type TestMessage, type TestMessageFields } from './createTestMessage';
export { formatAsked, toHaveBeenAsked, type Asked, type AskedOptions } from './toHaveBeenAsked';
export { createTestApp, type TestApp, type TestAppOptions } from './createTestApp';
export { createTestProbe, type TestProbe, type TestProbeOptions } from './createTestProbe';
export type { FaultPlan, LinkFault } from '../streams/transport/faults/FaultPlan';
export type { MemoryLink } from '../streams/transport/memory/memoryLinkEnd';
export { parseFaultPlan } from '../streams/transport/faults/FaultPlan';
export { virtualTime, type VirtualTime, type VirtualTimeOptions } from '../replay/virtualTime';
export { withFaults } from '../streams/transport/faults/withFaults';

// Errors: match on `code`, docs/errors.md
export { BadRecording } from '../errors/recordings';
export { ReplayStuck } from '../errors/recordings';
