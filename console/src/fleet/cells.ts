import type { FleetCell } from './fleetState';

/**
 * What a cell is about, first of all.
 *
 * deploying  a revision is on its way in
 * waiting    a revision will be deployed, and nothing of it was started
 * failing    the last that was tried did not arrive
 * stopped    the last that was tried was given up
 * resting    what was deployed last is there
 * empty      nothing was ever deployed
 */
export type Standing = 'deploying' | 'waiting' | 'failing' | 'stopped' | 'resting' | 'empty';

export const STANDINGS: Record<Standing, string> = {
  deploying: 'Deploying',
  waiting: 'Waiting',
  failing: 'Failed',
  stopped: 'Stopped',
  resting: 'Deployed',
  empty: 'Not deployed yet',
};

const OF_STATUS: Record<string, Standing> = {
  PENDING: 'waiting',
  IN_PROGRESS: 'deploying',
  SUCCEEDED: 'resting',
  FAILED: 'failing',
  STOPPED: 'stopped',
};

export function standingOf(cell: FleetCell): Standing {
  return (cell.status && OF_STATUS[cell.status]) || 'empty';
}

export function isBehind(cell: FleetCell): boolean {
  return (cell.commitsBehind ?? 0) > 0;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How old something is, in one unit, so that it fits: `45 s`, `12 min`, `3 h`, `40 d`. */
export function age(milliseconds: number): string {
  const whole = Math.max(0, milliseconds);
  if (whole < MINUTE) return `${Math.floor(whole / 1_000)} s`;
  if (whole < HOUR) return `${Math.floor(whole / MINUTE)} min`;
  if (whole < 2 * DAY) return `${Math.floor(whole / HOUR)} h`;
  return `${Math.floor(whole / DAY)} d`;
}

export interface CellText {
  standing: Standing;
  /** The commit that is there, or on its way to a place where nothing is; eight digits. */
  commit: string;
  tag: string;
  /** The second line: what goes on, or how long it has been there. */
  line: string;
  behind: string;
  /** All of it, for who listens and who points. */
  sentence: string;
}

function short(revision: string | null): string {
  return revision?.slice(0, 8) ?? '';
}

function commits(count: number): string {
  return count === 1 ? '1 commit behind' : `${count} commits behind`;
}

function oldOf(cell: FleetCell, standing: Standing, now: number): string {
  const since = standing === 'resting' ? (cell.deployedAt ?? cell.changedAt) : cell.changedAt;
  return since === null ? '' : age(now - Date.parse(since));
}

/** What comes, or came last, beside what is there. */
function otherOf(cell: FleetCell): string {
  const isOther = cell.deployedRevision !== null && cell.revision !== cell.deployedRevision;
  return isOther ? short(cell.revision) : '';
}

/** What a cell says. */
export function textOf(service: string, cell: FleetCell, now: number): CellText {
  const standing = standingOf(cell);
  const there = cell.deployedRevision !== null;
  const commit = short(there ? cell.deployedRevision : cell.revision);
  const tag = commit === '' ? '' : ((there ? cell.deployedTag : cell.tag) ?? '');
  const old = oldOf(cell, standing, now);
  const other = otherOf(cell);
  const doing = other === '' ? STANDINGS[standing] : `→ ${other}`;
  const line = standing === 'empty' ? '' : standing === 'resting' ? old : `${doing} ${old}`.trim();
  const behind = isBehind(cell) ? commits(cell.commitsBehind ?? 0) : '';
  const happened = [STANDINGS[standing].toLowerCase(), other, old && `${old} ago`].filter(Boolean).join(' ');
  const sentence = [
    `${service} in ${cell.environment}`,
    [commit, tag].filter(Boolean).join(' '),
    happened,
    behind,
  ];
  return { standing, commit, tag, line, behind, sentence: sentence.filter(Boolean).join(', ') };
}

/** Where a cell leads: to its deployment, or to the pipeline that has not reached it. */
export function addressOf(service: string, cell: FleetCell): string {
  return cell.deploymentId === null
    ? `/pipelines/${encodeURIComponent(service)}`
    : `/deployments/${encodeURIComponent(cell.deploymentId)}`;
}
