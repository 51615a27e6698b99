import { Graph, layout as dagre } from '@dagrejs/dagre';

/** The size of a step's card, and what is around it, in the graph's own units. One that deploys nowhere is lower. */
export const CARD = { width: 188, height: 128 };
export const LOW_CARD = { width: CARD.width, height: 88 };
export const GAP = 20;
export const PADDING = 10;
export const LABEL = 30;
const RANKS_GAP = 28;
const TALLEST = 5;
const BUILD = 'Build';

/** What the layout needs to know of a step. */
export interface Placed {
  id: string;
  group: string | null;
}

export interface Box {
  id: string;
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface GroupBox extends Box {
  title: string;
  steps: string[];
}

export interface Layout {
  groups: GroupBox[];
  steps: Map<string, Box & { group: string }>;
  width: number;
  height: number;
}

interface Group {
  id: string;
  title: string;
  steps: string[];
}

/** Neighbours of one stage; what comes before the first is its build. */
export function groupsOf(steps: readonly Placed[]): Group[] {
  const groups: Group[] = [];
  for (const { id, group } of steps) {
    const title = group ?? BUILD;
    const last = groups.at(-1);
    if (last?.title === title) last.steps.push(id);
    else groups.push({ id: `group:${title}:${groups.length}`, title, steps: [id] });
  }
  return groups;
}

function shape(count: number): { columns: number; rows: number } {
  const columns = Math.max(1, Math.ceil(count / TALLEST));
  return { columns, rows: Math.ceil(count / columns) };
}

function cardOf(group: Group): { width: number; height: number } {
  return group.title === BUILD ? LOW_CARD : CARD;
}

function sizeOf(group: Group): { width: number; height: number } {
  const { columns, rows } = shape(group.steps.length);
  const { width, height } = cardOf(group);
  return {
    width: 2 * PADDING + columns * width + (columns - 1) * GAP,
    height: LABEL + PADDING + rows * height + (rows - 1) * GAP,
  };
}

function ranked(groups: readonly Group[]): Graph {
  const graph = new Graph();
  graph.setGraph({ rankdir: 'LR', ranksep: RANKS_GAP, nodesep: 0, align: 'UL' });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const group of groups) graph.setNode(group.id, sizeOf(group));
  for (const [index, { id }] of groups.entries()) {
    if (index > 0) graph.setEdge(groups[index - 1]!.id, id);
  }
  dagre(graph);
  return graph;
}

/**
 * Where everything is drawn: a column for each stage, in which its waves follow each other downwards, all beginning at
 * the same height. It follows from the steps and their stages alone: what happens to them moves nothing.
 */
export function layoutOf(steps: readonly Placed[]): Layout {
  const groups = groupsOf(steps);
  const graph = ranked(groups);
  const boxes = new Map<string, Box & { group: string }>();
  const groupBoxes = groups.map((group): GroupBox => {
    const { x: middle, width, height } = graph.node(group.id) as { x: number; width: number; height: number };
    const x = middle - width / 2;
    const { rows } = shape(group.steps.length);
    const card = cardOf(group);
    for (const [index, id] of group.steps.entries()) {
      boxes.set(id, {
        id,
        group: group.id,
        x: PADDING + Math.floor(index / rows) * (card.width + GAP),
        y: LABEL + (index % rows) * (card.height + GAP),
        ...card,
      });
    }
    return { ...group, x, y: 0, width, height };
  });
  return {
    groups: groupBoxes,
    steps: boxes,
    width: Math.max(0, ...groupBoxes.map(({ x, width }) => x + width)),
    height: Math.max(0, ...groupBoxes.map(({ height }) => height)),
  };
}

export const SMALLEST = 0.78;
const LARGEST = 1.5;

/** How large the graph is drawn in a space of some width: it fits, unless it would be too small to read. */
export function scaleFor(layout: Pick<Layout, 'width'>, available: number): number {
  if (layout.width === 0 || available === 0) return 1;
  return Math.min(LARGEST, Math.max(SMALLEST, available / layout.width));
}
