import type {
  ClientGauges,
  ConnectionStats,
  HostGauges,
  MailboxGauges,
  StatsSnapshot,
} from './StatsSnapshot';

/** What the app can tell about itself; asked when a snapshot is made, and nothing of it is counted before. */
export interface StatsSource {
  /** True when some handler was added for this very action, '*' not counted. Asked for the first message of an action. */
  isRegistered(action: string): boolean;
  hosts(): readonly HostGauges[];
  /** Every client of the configuration. */
  clients(): readonly ClientGauges[];
  connections(): ConnectionStats;
  mailboxes(): MailboxGauges;
  bytes(): StatsSnapshot['bytes'];
}
