/**
 * How a place stands, the gravest first: what it is shown as where several are one.
 *
 * FAILED     the latest deployment of a service failed
 * DEPLOYING  a deployment is under way
 * STOPPED    the latest deployment of a service was stopped
 * SUCCEEDED  the latest deployments succeeded
 * PENDING    an execution will deploy here, and nothing was started yet
 * NONE       nothing was deployed yet
 */
export const STANDINGS = ['FAILED', 'DEPLOYING', 'STOPPED', 'SUCCEEDED', 'PENDING', 'NONE'] as const;
export type StandingState = (typeof STANDINGS)[number];

/** What is known of one service in one environment. */
export interface Cell {
  service: string;
  environment: string;
  status: string | null;
}

/** What runs in a place, counted: each placed service counts once in each environment. */
export interface Standing {
  state: StandingState;
  placed: number;
  counts: Readonly<Record<StandingState, number>>;
}

/** What the map and the table call each state; never told by colour alone. */
export const STANDING_NAMES: Readonly<Record<StandingState, string>> = {
  FAILED: 'Failed',
  DEPLOYING: 'Deploying',
  STOPPED: 'Stopped',
  SUCCEEDED: 'Succeeded',
  PENDING: 'Pending',
  NONE: 'Not deployed yet',
};

const OF_STATUS: Readonly<Record<string, StandingState>> = {
  FAILED: 'FAILED',
  STOPPED: 'STOPPED',
  SUCCEEDED: 'SUCCEEDED',
  PENDING: 'PENDING',
};

function stateOf(status: string | null): StandingState {
  return status === null ? 'NONE' : (OF_STATUS[status] ?? 'DEPLOYING');
}

function noCounts(): Record<StandingState, number> {
  return { FAILED: 0, DEPLOYING: 0, STOPPED: 0, SUCCEEDED: 0, PENDING: 0, NONE: 0 };
}

function worst(counts: Readonly<Record<StandingState, number>>): StandingState {
  return STANDINGS.find((state) => counts[state] > 0) ?? 'NONE';
}

/** How each environment stands; one without services has no entry. */
export function standingsOf(cells: Iterable<Cell>): Map<string, Standing> {
  const counted = new Map<string, Record<StandingState, number>>();
  for (const { environment, status } of cells) {
    const counts = counted.get(environment) ?? noCounts();
    counts[stateOf(status)] += 1;
    counted.set(environment, counts);
  }
  return new Map([...counted].map(([name, counts]) => [name, standingOf(counts)]));
}

function standingOf(counts: Record<StandingState, number>): Standing {
  const placed = Object.values(counts).reduce((sum, each) => sum + each, 0);
  return { state: worst(counts), placed, counts };
}

/** Several places as one. */
export function together(standings: Iterable<Standing | undefined>): Standing {
  const counts = noCounts();
  for (const standing of standings) {
    for (const state of STANDINGS) counts[state] += standing?.counts[state] ?? 0;
  }
  return standingOf(counts);
}

/** In words: `2 failed, 1 deploying, 13 succeeded`. */
export function standingSentence({ counts, placed }: Standing): string {
  if (placed === 0) return 'no service is placed here';
  return STANDINGS.filter((state) => counts[state] > 0)
    .map((state) => `${counts[state]} ${STANDING_NAMES[state].toLowerCase()}`)
    .join(', ');
}
