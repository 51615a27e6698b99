import type { WhereaboutsQuery } from './commits.generated';

type Result = WhereaboutsQuery['whereabouts'];
export type Whereabouts = Extract<Result, { whereabouts: unknown }>['whereabouts'][number];
export type RevisionPlace = Whereabouts['environments'][number];

export interface WaveOfJourney {
  wave: string;
  places: RevisionPlace[];
}

export interface StageOfJourney {
  stage: string;
  waves: WaveOfJourney[];
}

/** The way of a revision, in the order in which the service tells it: that of stages and waves. */
export function journeyOf(places: readonly RevisionPlace[]): StageOfJourney[] {
  const stages: StageOfJourney[] = [];
  for (const place of places) {
    let stage = stages.find((each) => each.stage === place.stage);
    if (stage === undefined) stages.push((stage = { stage: place.stage, waves: [] }));
    let wave = stage.waves.find((each) => each.wave === place.wave);
    if (wave === undefined) stage.waves.push((wave = { wave: place.wave, places: [] }));
    wave.places.push(place);
  }
  return stages;
}

/** Whether the commit runs there: itself, or within a newer one. */
export function isThere({ state }: RevisionPlace): boolean {
  return state === 'REACHED' || state === 'CONTAINED';
}

/** How far along its way a stage is, for a sign: the least that holds for all of it. */
export function stateOf(places: readonly RevisionPlace[]): RevisionPlace['state'] {
  const order = ['DEPLOYING', 'COMING', 'NOT_COMING', 'CONTAINED', 'REACHED'] as const;
  return order.find((state) => places.some((place) => place.state === state)) ?? 'COMING';
}

export type Zones = ReadonlyMap<string, string>;

const SOON = 6 * 24 * 60 * 60 * 1_000;

/** When something is expected, where it is expected: `Mon 14:00 CET`, with the date when it is not this week. */
export function moment(at: string, now: number, timeZone: string | undefined): string {
  const time = Date.parse(at);
  return new Intl.DateTimeFormat('en-GB', {
    weekday: 'short',
    ...(Math.abs(time - now) < SOON ? {} : { day: 'numeric', month: 'short' }),
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
    ...(timeZone === undefined ? {} : { timeZone }),
  })
    .format(time)
    .replaceAll(',', '');
}

export interface Progress {
  there: number;
  all: number;
  /** `in 7 of 16 environments; last Region expected Mon 14:00 CET`. */
  sentence: string;
}

function lastExpected(places: readonly RevisionPlace[]): RevisionPlace | undefined {
  return places
    .filter((place) => !isThere(place) && place.state !== 'NOT_COMING')
    .filter(({ expectedAt }) => expectedAt !== null)
    .sort((one, other) => Date.parse(other.expectedAt!) - Date.parse(one.expectedAt!))[0];
}

/** How far a revision has come, in a sentence. */
export function progressOf(places: readonly RevisionPlace[], now: number, zones: Zones): Progress {
  const there = places.filter(isThere).length;
  const all = places.length;
  const last = lastExpected(places);
  const not = places.filter(({ state }) => state === 'NOT_COMING').length;
  const parts = [
    there === all && all > 0 ? `in all ${all} environments` : `in ${there} of ${all} environments`,
    last && `last Region expected ${moment(last.expectedAt!, now, zones.get(last.region))} (${last.region})`,
    not > 0 && `not coming to ${not}`,
  ];
  return { there, all, sentence: parts.filter(Boolean).join('; ') };
}
