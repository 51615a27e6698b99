import { VIEWS } from '../routes';
import type { NamesQuery } from './names.generated';

/** Something that the command palette leads to. */
export interface Place {
  label: string;
  /** What it is, and other words under which it is found. */
  description: string;
  words: string;
  href: string;
  group: 'Views' | 'Services' | 'Environments' | 'Checks' | 'Commits';
}

const MOST = 40;
const COMMIT = /^[0-9a-f]{4,40}$|^#\d+$|^https:\/\//i;

const VIEW_PLACES: Place[] = VIEWS.flatMap(({ title, href, words = '' }) =>
  href === undefined ? [] : [{ label: title, description: 'View', words, href, group: 'Views' as const }],
);

/** All places that there are. */
export function placesOf(names: NamesQuery | undefined): Place[] {
  const services = names?.services.nodes ?? [];
  const environments = names?.environments.nodes ?? [];
  const checks = names?.checks.nodes ?? [];
  return [
    ...VIEW_PLACES,
    ...services.map(({ name, repository }) => ({
      label: name,
      description: 'Pipeline',
      words: repository,
      href: `/pipelines/${encodeURIComponent(name)}`,
      group: 'Services' as const,
    })),
    ...environments.map(({ name, account }) => ({
      label: name,
      description: `Environment in ${account.name}`,
      words: account.awsId,
      href: `/environments/${encodeURIComponent(name)}`,
      group: 'Environments' as const,
    })),
    ...checks.map(({ name }) => ({
      label: name,
      description: 'Check',
      words: '',
      href: `/checks/${encodeURIComponent(name)}`,
      group: 'Checks' as const,
    })),
  ];
}

/** Lower is better: the name begins so, has a part that begins so, contains it, or only its other words do. */
function rank(place: Place, wanted: string): number {
  const label = place.label.toLowerCase();
  if (label.startsWith(wanted)) return 0;
  if (label.split(/[-\s]/).some((part) => part.startsWith(wanted))) return 1;
  if (label.includes(wanted)) return 2;
  return `${place.words} ${place.description}`.toLowerCase().includes(wanted) ? 3 : Infinity;
}

/** The places that a text means, the likeliest first; whatever looks like a commit may be looked for as one. */
export function found(places: readonly Place[], text: string): Place[] {
  const wanted = text.trim().toLowerCase();
  const ranked = places
    .map((place) => ({ place, rank: wanted === '' ? 0 : rank(place, wanted) }))
    .filter(({ rank }) => rank < Infinity)
    .sort((one, other) => one.rank - other.rank)
    .slice(0, MOST)
    .map(({ place }) => place);
  if (!COMMIT.test(text.trim())) return ranked;
  const commit: Place = {
    label: text.trim(),
    description: 'Where is this commit?',
    words: '',
    href: `/commits?search=${encodeURIComponent(text.trim())}`,
    group: 'Commits',
  };
  return [commit, ...ranked];
}
