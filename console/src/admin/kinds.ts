import type { Permission } from '../app/viewer';

/** The kinds of entities that a configuration has, as the service spells them. */
export type Kind =
  | 'organisation'
  | 'account'
  | 'region'
  | 'calendar'
  | 'team'
  | 'stage'
  | 'wave'
  | 'environment'
  | 'service'
  | 'check'
  | 'window'
  | 'freeze'
  | 'hold'
  | 'notificationRoute'
  | 'policy'
  | 'grant';

export interface KindInfo {
  kind: Kind;
  /** Where a document has them; waves stand within stages, environments within waves. */
  section: string;
  /** How a sentence speaks of one, and of many. */
  one: string;
  many: string;
  /** What it is for. */
  purpose: string;
  /** The field that it is called by. */
  key: string;
  /** The fields that a table shows, after the key. */
  columns: readonly string[];
  /** Who may change it. */
  permission: Permission;
  /** Known: can only be changed. Single: there is one. Else it can be registered and archived. */
  life: 'known' | 'single' | 'registered';
  /** Where its place in a document says it: left out there, asked for by a mutation. */
  within?: Kind;
}

type Said = Omit<KindInfo, 'key' | 'permission' | 'life'> & Partial<KindInfo>;

const said = (info: Said): KindInfo => ({
  key: 'name',
  permission: 'CONFIGURE',
  life: 'registered',
  ...info,
});

/** Every kind, in the order in which they can come to be. */
export const KINDS: readonly KindInfo[] = [
  said({
    kind: 'organisation',
    section: 'organisation',
    one: 'organisation',
    many: 'Organisation',
    purpose: 'What holds for all services: where pipelines live, and what developers may have.',
    columns: ['pipelineAccount', 'pipelineRegion', 'startPipelines'],
    life: 'single',
  }),
  said({
    kind: 'account',
    section: 'accounts',
    one: 'account',
    many: 'Accounts',
    purpose: 'AWS accounts that environments can be in.',
    key: 'awsId',
    columns: ['name', 'organizationalUnit', 'tags'],
  }),
  said({
    kind: 'region',
    section: 'regions',
    one: 'Region',
    many: 'Regions',
    purpose: 'AWS Regions: the time zone that working hours follow, and the share of traffic.',
    columns: ['description', 'timeZone', 'trafficWeight'],
    life: 'known',
  }),
  said({
    kind: 'calendar',
    section: 'calendars',
    one: 'calendar',
    many: 'Calendars',
    purpose: 'Days on which nothing is deployed: public holidays, and dates of your own.',
    columns: ['country', 'subdivision', 'dates'],
  }),
  said({
    kind: 'team',
    section: 'teams',
    one: 'team',
    many: 'Teams',
    purpose: 'People who own services and environments.',
    columns: ['email', 'timeZone', 'members'],
  }),
  said({
    kind: 'stage',
    section: 'stages',
    one: 'stage',
    many: 'Stages',
    purpose: 'The steps of the way to production, in their order.',
    columns: ['position', 'production', 'onFailure', 'twoPersons'],
  }),
  said({
    kind: 'wave',
    section: 'waves',
    one: 'wave',
    many: 'Waves',
    purpose: 'Environments of a stage that are deployed together, and how long they bake.',
    columns: ['stage', 'position', 'bakeMinutes', 'minimumDataPoints', 'oneBoxPercent', 'requiresDrill'],
    within: 'stage',
  }),
  said({
    kind: 'environment',
    section: 'environments',
    one: 'environment',
    many: 'Environments',
    purpose: 'One account and Region in a wave: where a revision arrives.',
    columns: ['wave', 'account', 'region', 'kind', 'owner', 'expiresAt'],
    within: 'wave',
  }),
  said({
    kind: 'service',
    section: 'services',
    one: 'service',
    many: 'Services',
    purpose: 'What a repository deploys, and where to.',
    columns: ['repository', 'placement', 'team', 'tier', 'dependsOn'],
  }),
  said({
    kind: 'check',
    section: 'checks',
    one: 'check',
    many: 'Checks',
    purpose: 'Tests and guards that a stage or a wave requires, before or after deployment.',
    columns: ['kind', 'when', 'mode', 'stage', 'wave', 'service', 'services', 'timeoutMinutes'],
  }),
  said({
    kind: 'window',
    section: 'windows',
    one: 'window',
    many: 'Windows',
    purpose: 'Times in which waves may start. A wave without windows may always start.',
    columns: ['cron', 'minutes', 'timeZone', 'stage', 'wave', 'services', 'calendars'],
  }),
  said({
    kind: 'freeze',
    section: 'freezes',
    one: 'freeze',
    many: 'Freezes',
    purpose: 'Times in which nothing moves: everywhere, or in one stage, account, Region, team or service.',
    columns: ['scope', 'target', 'startsAt', 'endsAt', 'reason'],
    permission: 'FREEZE',
  }),
  said({
    kind: 'hold',
    section: 'holds',
    one: 'hold',
    many: 'Holds',
    purpose: 'Revisions kept in, or out of, an environment.',
    columns: ['kind', 'environment', 'service', 'revision', 'expiresAt', 'reason'],
    permission: 'HOLD',
  }),
  said({
    kind: 'notificationRoute',
    section: 'notificationRoutes',
    one: 'notification route',
    many: 'Notification routes',
    purpose: 'Who is told of which events.',
    columns: ['channel', 'address', 'events', 'stage', 'services', 'team'],
  }),
  said({
    kind: 'policy',
    section: 'policies',
    one: 'policy',
    many: 'Policies',
    purpose: 'What the company asks of every construct.',
    columns: ['kind', 'mode', 'configuration', 'services', 'team'],
  }),
  said({
    kind: 'grant',
    section: 'grants',
    one: 'grant',
    many: 'Grants',
    purpose: 'Who may do what, and where: roles of the issuer’s groups, and of persons.',
    columns: ['role', 'group', 'person', 'teams', 'services', 'stages', 'accounts', 'until'],
    permission: 'MANAGE_GRANTS',
  }),
];

const BY_KIND = new Map<string, KindInfo>(KINDS.map((info) => [info.kind, info]));

/** What is known of a kind, or nothing for a word that is none. */
export function kindInfo(kind: string | undefined): KindInfo | undefined {
  return kind === undefined ? undefined : BY_KIND.get(kind);
}

/** Like `kindInfo`, for a kind that there is. */
export function infoOf(kind: Kind): KindInfo {
  return BY_KIND.get(kind)!;
}

/** With a capital: `Wave`, as types and mutations have it. */
export function typeName(kind: Kind): string {
  return kind.charAt(0).toUpperCase() + kind.slice(1);
}

/** `a wave`, `an environment`. */
export function aKind(info: KindInfo): string {
  return `${/^[aeio]/i.test(info.one) ? 'an' : 'a'} ${info.one}`;
}

/** Stands in an address where the name would: no name begins with it. */
export const NEW = '+new';

/** The address at which a new entity is typed. */
export function newHref(kind: Kind): string {
  return `/admin/${kind}/${NEW}`;
}

/** The address of an entity's form. */
export function entityHref(kind: string, name: string): string {
  return kind === 'organisation' ? '/admin/organisation' : `/admin/${kind}/${encodeURIComponent(name)}`;
}
