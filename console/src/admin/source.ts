import { isNode, LineCounter, parseDocument, stringify } from 'yaml';

export interface Source {
  /** What it says; undefined when it cannot be read. */
  document?: unknown;
  /** What keeps it from being read. */
  wrong: Complaint[];
  /** The line on which a path of the document stands, or the nearest thing around it. */
  lineOf: (path: readonly string[]) => number | undefined;
}

export interface Complaint {
  line: number | undefined;
  message: string;
}

/** The most characters that the service takes: 4 MB. */
export const LONGEST = 4_000_000;

const NOWHERE = (): undefined => undefined;

/** Reads YAML, and JSON, which is YAML too: with the line of everything, so that an error can be shown where it is. */
export function readSource(text: string): Source {
  if (text.trim() === '')
    return { wrong: [{ line: undefined, message: 'There is nothing in it.' }], lineOf: NOWHERE };
  if (text.length > LONGEST) {
    return {
      wrong: [{ line: undefined, message: 'It is larger than 4 MB, which are the most.' }],
      lineOf: NOWHERE,
    };
  }
  const lines = new LineCounter();
  const parsed = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const wrong = parsed.errors.map(({ message, pos }) => ({ line: lines.linePos(pos[0]).line, message }));
  if (wrong.length > 0) return { wrong, lineOf: NOWHERE };
  let document: unknown;
  try {
    document = parsed.toJS({ maxAliasCount: 100 });
  } catch (error) {
    return { wrong: [{ line: undefined, message: (error as Error).message }], lineOf: NOWHERE };
  }
  if (document === null || typeof document !== 'object' || Array.isArray(document)) {
    const message = 'It is no configuration: sections such as `stages:` and `services:` are expected.';
    return { wrong: [{ line: 1, message }], lineOf: NOWHERE };
  }
  return { document, wrong: [], lineOf: (path) => lineOf(parsed, lines, path) };
}

function lineOf(
  parsed: ReturnType<typeof parseDocument>,
  lines: LineCounter,
  path: readonly string[],
): number | undefined {
  const steps = path[0] === 'document' ? path.slice(1) : [...path];
  for (let length = steps.length; length > 0; length -= 1) {
    const keys = steps.slice(0, length).map((step) => (/^\d+$/.test(step) ? Number(step) : step));
    const node = parsed.getIn(keys, true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return undefined;
}

const OPERATIONAL = new Set(['freezes', 'holds']);

interface Environments {
  environments?: { kind?: string }[];
}

/** Without what operations have made, and what ends by itself: freezes, holds, test environments. */
export function lasting(document: Record<string, unknown>): Record<string, unknown> {
  const kept = Object.fromEntries(Object.entries(document).filter(([section]) => !OPERATIONAL.has(section)));
  const stages = kept['stages'] as { waves?: Environments[] }[] | undefined;
  if (!stages) return kept;
  return {
    ...kept,
    stages: stages.map((stage) => ({
      ...stage,
      ...(stage.waves ? { waves: stage.waves.map(withoutTests) } : {}),
    })),
  };
}

function withoutTests(wave: Environments): Environments {
  if (!wave.environments) return wave;
  return { ...wave, environments: wave.environments.filter(({ kind }) => kind !== 'TEST') };
}

/** A document as YAML, under a line that says which change it shows. */
export function yamlOf(document: unknown, change: number, time: string | null): string {
  const when = time === null ? '' : ` (${time})`;
  const head = `# An organisation's configuration, as of change ${change}${when}.\n# A key that is left out has its default.\n`;
  return `${head}\n${stringify(document, { lineWidth: 110 })}`;
}
