import type { ChangeListQuery, OneChangeQuery } from './changes.generated';
import { kindInfo } from './kinds';

export type ListedChange = ChangeListQuery['changes']['nodes'][number];
export type OpenChange = NonNullable<OneChangeQuery['change']>;

/** What the list is narrowed to; the address has it. */
export interface ChangeFilter {
  actor?: string;
  kind?: string;
  name?: string;
}

const NAMES = ['actor', 'kind', 'name'] as const;

/** The filter that an address says. */
export function filterOf(search: URLSearchParams): ChangeFilter {
  const said = NAMES.map((name) => [name, search.get(name)?.trim() ?? ''] as const);
  return Object.fromEntries(said.filter(([, value]) => value !== ''));
}

const DONE: Record<string, string> = { REGISTER: 'registered', UPDATE: 'changed', ARCHIVE: 'archived' };

/** What a change did, in a line: its first entities, and whether there are more. */
export function summaryOf({ entries, reverts }: ListedChange): string {
  const said = entries.nodes.map(
    ({ operation, kind, name }) => `${kindInfo(kind)?.one ?? kind} ${name} ${DONE[operation] ?? operation}`,
  );
  const more = entries.pageInfo.hasNextPage ? ' and more' : '';
  const back = reverts === null ? '' : `takes back change ${reverts}: `;
  return `${back}${said.join(', ')}${more}`;
}

const BROWSERS: readonly [string, RegExp][] = [
  ['Edge', /Edg\/(\d+)/],
  ['Opera', /OPR\/(\d+)/],
  ['Firefox', /Firefox\/(\d+)/],
  ['Chrome', /Chrom(?:e|ium)\/(\d+)/],
  ['Safari', /Version\/(\d+).*Safari/],
];

/** Where a change came from, in short: a browser by its name, any other client by its first word; then the address. */
export function sourceInShort(source: string): string {
  const [, client, address] = /^(.*) from (.*?)$/.exec(source) ?? [undefined, source, undefined];
  const browser = BROWSERS.find(([, pattern]) => pattern.test(client!));
  const name = browser
    ? `${browser[0]} ${browser[1].exec(client!)![1]}`
    : client!.replace(/\s.*$/, '').replace('/', ' ');
  return address === undefined ? name : `${name} from ${address}`;
}

/** The number in `?change=`, or nothing where that is none. */
export function openNumber(search: URLSearchParams): number | undefined {
  const number = Number(search.get('change') ?? '');
  return Number.isInteger(number) && number > 0 ? number : undefined;
}
