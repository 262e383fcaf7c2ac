import type {
  ClientGauges,
  ConnectionStats,
  HostGauges,
  MailboxGauges,
  StatsSnapshot,
} from './StatsSnapshot';

/** What the app can tell about itself; asked when a snapshot is made, and nothing of it is counted before. */
export interface StatsSource {
  /** True when some handler was added for this very action, '*' not counted. Asked for each message of an action until it was true. */
  isRegistered(action: string): boolean;
  hosts(): readonly HostGauges[];
  /** Every client of the configuration. */
  clients(): readonly ClientGauges[];
  connections(): ConnectionStats;
  mailboxes(): MailboxGauges;
  bytes(): StatsSnapshot['bytes'];
}
