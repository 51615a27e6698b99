import type { DeploymentTraceQuery } from '../trace.generated';
import type { Spanned, SpanState } from './tree';

export type GraphSpan = NonNullable<DeploymentTraceQuery['execution']>['trace']['spans'][number];

/** Results by which a span has ended, as the semantic conventions spell them: docs/tracing.md. */
const RESULTS: Record<string, SpanState> = {
  success: 'succeeded',
  failure: 'failed',
  error: 'failed',
  timeout: 'failed',
  cancellation: 'cancelled',
  skip: 'cancelled',
};

const RESULT_NAMES = [
  'cicd.pipeline.task.run.result',
  'interlock.deployment.result',
  'interlock.stage_execution.result',
  'cicd.pipeline.result',
];

/** The attribute, if it is text. */
export function textOf(attributes: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = attributes[name];
  return typeof value === 'string' ? value : undefined;
}

function stateOf(span: GraphSpan, attributes: Record<string, unknown>): SpanState {
  if (textOf(attributes, 'interlock.wait.stage_execution.name') !== undefined) return 'waiting';
  const shadow = textOf(attributes, 'interlock.check.mode') === 'SHADOW';
  if (span.status === 'ERROR') return shadow ? 'warned' : 'failed';
  if (span.endedAt === null) return 'running';
  if (textOf(attributes, 'interlock.check_run.status') === 'INCONCLUSIVE') return 'warned';
  const result = RESULT_NAMES.map((name) => textOf(attributes, name)).find((each) => each !== undefined);
  return RESULTS[result ?? 'success'] ?? 'succeeded';
}

/** A span of the graph as the waterfall needs it. */
export function spannedOf(span: GraphSpan): Spanned {
  const attributes = (span.attributes ?? {}) as Record<string, unknown>;
  return {
    id: span.spanId,
    parentId: span.parentId ?? undefined,
    name: span.name,
    from: Date.parse(span.startedAt),
    to: span.endedAt === null ? undefined : Date.parse(span.endedAt),
    state: stateOf(span, attributes),
    message: span.statusMessage ?? undefined,
    attributes,
  };
}

/** What each state is called, and its sign: never by colour alone. */
export const STATE_WORDS: Record<SpanState, [sign: string, word: string]> = {
  running: ['▸', 'goes on'],
  succeeded: ['✓', 'succeeded'],
  failed: ['✕', 'failed'],
  warned: ['!', 'did not pass, and blocks nobody'],
  cancelled: ['–', 'was not finished'],
  waiting: ['…', 'waited'],
};
