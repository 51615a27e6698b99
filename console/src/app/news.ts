import type { LoggedEvent } from '../graph/live';

/** What a person may want to be told while they look elsewhere. */
export interface News {
  title: string;
  body: string;
  href: string;
}

const TITLES: Record<string, string> = {
  'pipeline.broken': 'is broken',
  'pipeline.recovered': 'works again',
  'execution.waiting': 'waits',
  'rollback.started': 'is rolled back',
};

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** The news in an event; most have none. */
export function newsOf({ type, payload }: LoggedEvent): News | undefined {
  const said = TITLES[type];
  const service = text(payload['service']) ?? text(payload['pipeline']);
  if (said === undefined || service === undefined) return undefined;
  const where = text(payload['environment']) ?? text(payload['wave']) ?? text(payload['stage']);
  const body = [where, text(payload['cause'])].filter((part) => part !== undefined).join(': ');
  return { title: `${service} ${said}`, body, href: `/pipelines/${encodeURIComponent(service)}` };
}
