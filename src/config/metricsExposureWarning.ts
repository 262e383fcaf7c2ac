import type { CometConfig } from './types/CometConfig';
import { listensEverywhere } from './listensEverywhere';

/** One sentence when the metrics are served on all addresses, where nothing keeps strangers out; undefined otherwise. */
export function metricsExposureWarning({ metrics }: Pick<CometConfig, 'metrics'>): string | undefined {
  if (metrics === undefined || !listensEverywhere(metrics.ip)) return undefined;
  const { ip, port } = metrics;
  const where = ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`;
  return `Anyone who reaches this machine may read the metrics at ${where}, which listens on all addresses. Set Metrics.IP to 127.0.0.1, or to an address that only the scraper reaches.`;
}
