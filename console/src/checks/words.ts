import { span } from '../parts/time';
import { type Outcome, percent, type Statistics } from './statistics';

/** A number of seconds as a person reads it: `800 ms`, `45 s`, `3 h 12 min`. */
export function seconds(value: number | null | undefined): string {
  if (value == null) return '–';
  return value < 1 ? `${Math.round(value * 1_000)} ms` : span(value * 1_000);
}

const KINDS: Record<string, string> = {
  LAMBDA: 'Lambda function',
  STATE_MACHINE: 'State machine',
  CODEBUILD: 'CodeBuild project',
  ALARM: 'CloudWatch alarm',
  CANARY: 'Synthetics canary',
  HTTP: 'HTTP request',
  EXTERNAL: 'Outside system',
  BAKE: 'Bake',
  DRILL: 'Drill',
};

/** How a check is executed, in words. */
export function kindOf(kind: string): string {
  return KINDS[kind] ?? kind;
}

/** What a chart of runs shows, for who cannot see it. */
export function inWords(
  runs: readonly Outcome[],
  { passed, failed, errored, medianSeconds }: Statistics,
): string {
  return `${runs.length} runs: ${passed} passed, ${failed} failed, ${errored} without a verdict; half took ${seconds(medianSeconds)} or less`;
}

interface Shadowed {
  runs: number;
  wouldHaveBlocked: number;
  flakeRate: number | null;
}

/** What a check in shadow has come to: whether it may be relied on. */
export function shadowVerdict({ runs, wouldHaveBlocked, flakeRate }: Shadowed): string {
  if (runs === 0) return 'It has not run in shadow yet.';
  const waves = wouldHaveBlocked === 1 ? '1 wave' : `${wouldHaveBlocked} waves`;
  const held =
    wouldHaveBlocked === 0 ? 'It would have held nothing back' : `It would have held ${waves} back`;
  const flaky =
    flakeRate === null
      ? 'it has looked at no revision twice'
      : flakeRate === 0
        ? 'it has never contradicted itself'
        : `it contradicted itself on ${percent(flakeRate)} of what it looked at several times`;
  return `${held}, in ${runs === 1 ? '1 outcome' : `${runs} outcomes`}; ${flaky}.`;
}
