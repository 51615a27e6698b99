import { absolute } from '../parts/time';
import type { PlaceFragment, PlacesQuery } from './EnvironmentsView.generated';
import { inOrder } from './places';

const DAY = 24 * 60 * 60 * 1_000;

export type Limits = NonNullable<PlacesQuery['organisation']>;

/** What was typed to make a test environment; all of it text, as it was typed. */
export interface Wish {
  stage: string;
  region: string;
  owner: string;
  team: string;
  purpose: string;
  days: string;
  name: string;
  reason: string;
}

export const NO_WISH: Wish = {
  stage: '',
  region: '',
  owner: '',
  team: '',
  purpose: '',
  days: '',
  name: '',
  reason: '',
};

/** The shared environment that a test environment is made after: the first of the stage, or of it in the Region. */
export function templateOf(
  shared: readonly PlaceFragment[],
  { stage, region }: Pick<Wish, 'stage' | 'region'>,
): PlaceFragment | undefined {
  return shared
    .filter((place) => place.wave.stage.name === stage && (region === '' || place.region.name === region))
    .sort(inOrder)[0];
}

/** The stages in which a test environment may be: outside production, with a shared environment to follow. */
export function stagesFor(shared: readonly PlaceFragment[]): string[] {
  const outside = shared.filter(({ wave }) => !wave.stage.production).sort(inOrder);
  return [...new Set(outside.map(({ wave }) => wave.stage.name))];
}

/** The Regions in which a stage has a shared environment. */
export function regionsFor(shared: readonly PlaceFragment[], stage: string): string[] {
  const there = shared.filter(({ wave }) => wave.stage.name === stage).sort(inOrder);
  return [...new Set(there.map(({ region }) => region.name))];
}

/** A number of days, or what is wrong with it; nothing typed is the organisation's own number. */
export function daysOf(typed: string, most: number | undefined): { days: number | null; error?: string } {
  const text = typed.trim();
  if (text === '') return { days: null };
  const days = Number(text);
  const limit = most === undefined ? '' : ` to ${most}`;
  if (!Number.isInteger(days) || days < 1 || (most !== undefined && days > most)) {
    return { days: null, error: `${typed} is not a number of days: a whole number from 1${limit}.` };
  }
  return { days };
}

function orNull(typed: string): string | null {
  return typed.trim() === '' ? null : typed.trim();
}

/** The mutation's input for what was typed. */
export function inputOf(wish: Wish) {
  return {
    stage: wish.stage,
    owner: wish.owner.trim(),
    region: orNull(wish.region),
    team: orNull(wish.team),
    purpose: orNull(wish.purpose),
    days: daysOf(wish.days, undefined).days,
    name: orNull(wish.name),
    reason: orNull(wish.reason),
  };
}

/** What would be made, before it is: where, until when, and what becomes of it. */
export function effectOf(
  wish: Wish,
  shared: readonly PlaceFragment[],
  limits: Limits | null | undefined,
  now: number,
): { sentences: string[]; endsAt: number | undefined } {
  const template = templateOf(shared, wish);
  if (template === undefined) {
    return { sentences: ['Choose a stage to see where the test environment would be.'], endsAt: undefined };
  }
  const { account, region, wave } = template;
  const days = daysOf(wish.days, limits?.testEnvironmentDays).days ?? limits?.testEnvironmentDays;
  return {
    sentences: [
      `It is in account ${account.name} (${account.awsId}) and Region ${region.name}, in wave ${wave.name} of ` +
        `${wave.stage.name}: where ${template.name} is.`,
      'No pipeline deploys to it by itself, and no placement finds it.',
      'At its end every stack that carries its tag is deleted, and it is archived.',
    ],
    endsAt: days === undefined ? undefined : now + days * DAY,
  };
}

/** What putting the end of a test environment off does. */
export function extensionOf(
  { extensions }: PlaceFragment,
  days: number | null,
  limits: Limits | null | undefined,
  now: number,
): string[] {
  const ahead = days ?? limits?.testEnvironmentDays;
  const allowed = limits?.testEnvironmentExtensions;
  return [
    ahead === undefined
      ? 'It ends as many days from now as the organisation allows.'
      : `It ends on ${absolute(now + ahead * DAY)}.`,
    `Its end has been put off ${extensions} times` +
      (allowed === undefined ? '.' : `; ${allowed} are allowed.`),
  ];
}

/** What deleting a test environment does, in the words of docs/test-environments.md. */
export function deletionOf({ name, account, region }: PlaceFragment): string[] {
  return [
    `Its end is now: in account ${account.name} (${account.awsId}) and Region ${region.name} every stack with the ` +
      `tag interlock:environment=${name} is deleted, with what its buckets hold.`,
    'What a template retains, stacks with termination protection, and stacks without the tag stay.',
    'When nothing is left, it is archived with its holds. Its name is not given again.',
  ];
}

/** How often its end may still be put off; unknown until the organisation is configured. */
export function extensionsLeft(
  { extensions }: PlaceFragment,
  limits: Limits | null | undefined,
): number | undefined {
  return limits ? Math.max(0, limits.testEnvironmentExtensions - extensions) : undefined;
}
