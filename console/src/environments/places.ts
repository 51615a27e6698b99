import { oneOf, type UrlChanges } from '../parts/url';
import type { PlaceFragment } from './EnvironmentsView.generated';
import { type Standing, together } from './standing';

export const GROUPINGS = ['stage', 'account', 'region'] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** Which environments are shown, and by what they are grouped: all of it is in the address. */
export interface Choice {
  group: Grouping;
  stage: string | null;
  account: string | null;
  region: string | null;
  team: string | null;
  text: string;
}

/** Reads the choice from the address; what it says wrongly is as if it said nothing. */
export function choiceOf(parameters: URLSearchParams): Choice {
  return {
    group: oneOf(parameters.get('group'), GROUPINGS),
    stage: parameters.get('stage'),
    account: parameters.get('account'),
    region: parameters.get('region'),
    team: parameters.get('team'),
    text: parameters.get('text') ?? '',
  };
}

/** What takes every filter out of the address. */
export const NO_FILTERS: UrlChanges = {
  stage: undefined,
  account: undefined,
  region: undefined,
  team: undefined,
  text: undefined,
};

function speaksOf(place: PlaceFragment, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  const { name, account, region, wave, owner, purpose } = place;
  const said = [
    name,
    account.name,
    account.awsId,
    region.name,
    region.description,
    wave.name,
    owner,
    purpose,
  ];
  return said.some((each) => each?.toLowerCase().includes(wanted));
}

/** The places that a choice leaves. */
export function chosen<Place extends PlaceFragment>(places: readonly Place[], choice: Choice): Place[] {
  const { stage, account, region, team, text } = choice;
  return places.filter(
    (place) =>
      (stage === null || place.wave.stage.name === stage) &&
      (account === null || place.account.awsId === account) &&
      (region === null || place.region.name === region) &&
      (team === null || place.team?.name === team) &&
      speaksOf(place, text),
  );
}

/** Places that have something in common, and how they stand together. */
export interface Group {
  key: string;
  title: string;
  detail: string;
  places: PlaceFragment[];
  standing: Standing;
}

interface Named {
  key: string;
  title: string;
  detail: string;
  /** Groups are in the order of this, and then of their titles. */
  position: number;
}

const NAMED: Readonly<Record<Grouping, (place: PlaceFragment) => Named>> = {
  stage: ({ wave: { stage } }) => ({
    key: stage.name,
    title: stage.name,
    detail: stage.production ? 'production' : '',
    position: stage.position,
  }),
  account: ({ account }) => ({
    key: account.awsId,
    title: account.name,
    detail: account.awsId,
    position: 0,
  }),
  region: ({ region }) => ({
    key: region.name,
    title: region.name,
    detail: region.description,
    position: 0,
  }),
};

/** Places come as their stage's waves are deployed, and then by name. */
export function inOrder(one: PlaceFragment, other: PlaceFragment): number {
  return (
    one.wave.stage.position - other.wave.stage.position ||
    one.wave.position - other.wave.position ||
    one.name.localeCompare(other.name)
  );
}

/** The groups of some places, in the order of their stages, or of their names. */
export function grouped(
  places: readonly PlaceFragment[],
  by: Grouping,
  standings: ReadonlyMap<string, Standing>,
): Group[] {
  const found = new Map<string, { named: Named; places: PlaceFragment[] }>();
  for (const place of [...places].sort(inOrder)) {
    const named = NAMED[by](place);
    const group = found.get(named.key) ?? { named, places: [] };
    group.places.push(place);
    found.set(named.key, group);
  }
  return [...found.values()]
    .sort(({ named: a }, { named: b }) => a.position - b.position || a.title.localeCompare(b.title))
    .map(({ named, places: own }) => ({
      key: named.key,
      title: named.title,
      detail: named.detail,
      places: own,
      standing: together(own.map(({ name }) => standings.get(name))),
    }));
}

/** The distinct values of something of the places, for a filter, by name. */
export function optionsOf(
  places: readonly PlaceFragment[],
  of: (place: PlaceFragment) => { value: string; label?: string } | undefined,
): { value: string; label?: string }[] {
  const found = new Map<string, { value: string; label?: string }>();
  for (const place of [...places].sort(inOrder)) {
    const option = of(place);
    if (option !== undefined && !found.has(option.value)) found.set(option.value, option);
  }
  return [...found.values()];
}

/** `3 of 16 environments`, or `16 environments` when nothing is hidden. */
export function countSentence(shown: number, total: number, noun = 'environment'): string {
  const plural = total === 1 ? noun : `${noun}s`;
  return shown === total ? `${total} ${plural}` : `${shown} of ${total} ${plural}`;
}
