/** A span as the waterfall needs it. Times are milliseconds since 1970. */
export interface Spanned {
  id: string;
  parentId: string | undefined;
  name: string;
  from: number;
  /** Nothing while it goes on. */
  to: number | undefined;
  state: SpanState;
  message: string | undefined;
  attributes: Readonly<Record<string, unknown>>;
}

/** What a bar shows, by pattern and by sign. */
export type SpanState = 'running' | 'succeeded' | 'failed' | 'warned' | 'cancelled' | 'waiting';

/** A row of the tree as it is opened now. */
export interface Row {
  span: Spanned;
  level: number;
  /** Its place among its siblings, from 1, and how many they are. */
  place: number;
  siblings: number;
  children: number;
  open: boolean;
}

export interface SpanTree {
  spans: ReadonlyMap<string, Spanned>;
  /** By parent; the roots are under `undefined`. By start, then as they were told. */
  children: ReadonlyMap<string | undefined, readonly Spanned[]>;
}

type Children = Map<string | undefined, Spanned[]>;

/** Joins spans to a tree. One whose parent is not there is a root: nothing that was told is hidden. */
export function treeOf(spans: readonly Spanned[]): SpanTree {
  const known = new Map(spans.map((span) => [span.id, span]));
  const told = [...known.values()];
  const parentOf = ({ parentId }: Spanned): string | undefined =>
    parentId !== undefined && known.has(parentId) ? parentId : undefined;
  const joined = groupedBy(told, parentOf);
  const reached = reachedFrom(joined);
  const children =
    reached.size === told.length
      ? joined
      : groupedBy(told, (span) => (reached.has(span.id) ? parentOf(span) : undefined));
  for (const siblings of children.values()) siblings.sort((one, other) => one.from - other.from);
  return { spans: known, children };
}

function groupedBy(spans: readonly Spanned[], parentOf: (span: Spanned) => string | undefined): Children {
  const groups: Children = new Map();
  for (const span of spans) {
    const parent = parentOf(span);
    const siblings = groups.get(parent);
    if (siblings) siblings.push(span);
    else groups.set(parent, [span]);
  }
  return groups;
}

/** The spans that a root leads to; what is missing is below itself. */
function reachedFrom(byParent: Children): Set<string> {
  const reached = new Set<string>();
  const pending = [...(byParent.get(undefined) ?? [])];
  while (pending.length > 0) {
    const { id } = pending.pop()!;
    reached.add(id);
    for (const below of byParent.get(id) ?? []) pending.push(below);
  }
  return reached;
}

/** The rows that are to be seen when these spans are open, in order. No recursion: a trace may be deep. */
export function rowsOf({ children }: SpanTree, isOpen: (id: string) => boolean): Row[] {
  const rows: Row[] = [];
  const pending = levelOf(children.get(undefined) ?? [], 1);
  while (pending.length > 0) {
    const next = pending.pop()!;
    const below = children.get(next.span.id) ?? [];
    const open = below.length > 0 && isOpen(next.span.id);
    rows.push({ ...next, children: below.length, open });
    if (open) for (const row of levelOf(below, next.level + 1)) pending.push(row);
  }
  return rows;
}

/** Siblings, the last first: what is pushed last is taken first. */
function levelOf(spans: readonly Spanned[], level: number): Omit<Row, 'children' | 'open'>[] {
  return spans.map((span, index) => ({ span, level, place: index + 1, siblings: spans.length })).toReversed();
}

/** The spans above one, the nearest first. */
export function ancestorsOf({ spans }: SpanTree, id: string): string[] {
  const found: string[] = [];
  for (let at = spans.get(id)?.parentId; at !== undefined && spans.has(at); at = spans.get(at)!.parentId) {
    if (found.includes(at)) break;
    found.push(at);
  }
  return found;
}

const ALL_OPEN = 40;

/**
 * The spans that are open at first: all of a small trace; of a large one the way to what was asked for and to
 * everything that failed.
 */
export function openAtFirst(tree: SpanTree, wanted: (span: Spanned) => boolean): Set<string> {
  if (tree.spans.size <= ALL_OPEN) return new Set(tree.spans.keys());
  const open = new Set((tree.children.get(undefined) ?? []).map(({ id }) => id));
  for (const span of tree.spans.values()) {
    if (span.state !== 'failed' && !wanted(span)) continue;
    for (const id of ancestorsOf(tree, span.id)) open.add(id);
    if (wanted(span)) open.add(span.id);
  }
  return open;
}
