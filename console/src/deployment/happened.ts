import { type Asked, askedOf } from './asked';
import { type Entry, lines, said } from './entries';
import type { HappenedToExecutionQuery } from './happened.generated';

export type Happened = HappenedToExecutionQuery['events']['nodes'][number];

export interface Payload extends Asked {
  wave?: string;
  part?: string;
  blockers?: { sentence?: string }[];
  passed?: boolean;
  outcome?: string;
  reasons?: string[];
  means?: string;
  status?: string;
}

const MEANS: Record<string, string> = {
  NATIVE: 'by CodePipeline',
  REDEPLOY: 'by deploying the last good revision again',
  NONE: 'not at all',
};

const DECIDED: Record<string, [status: string, words: string]> = {
  PROCEED: ['PASSED', 'may enter'],
  WAIT: ['WAITING', 'has to wait for'],
  STOP: ['FAILED', 'must not enter'],
};

/** What an event of the log says in the timeline; nothing for those that say nothing there. */
export function told(
  { type, actor }: Pick<Happened, 'type' | 'actor'>,
  payload: Payload,
): Omit<Entry, 'key' | 'at'> | undefined {
  const where = payload.part ?? payload.wave ?? payload.pipelineStage ?? 'the wave';
  if (type === 'decision.made') {
    const [status, words] = DECIDED[payload.decision ?? ''] ?? [payload.decision, 'was decided on for'];
    const details = (payload.blockers ?? []).flatMap(({ sentence }) => lines(sentence));
    return { kind: 'decision', status, sentence: `The revision ${words} ${where}`, details };
  }
  if (type === 'wave.concluded') {
    const status = payload.passed ? 'PASSED' : (payload.outcome ?? 'FAILED');
    const sentence = `${where} ${payload.passed ? 'passed' : 'did not pass'} its checks`;
    return { kind: 'check', status, sentence, details: payload.reasons ?? [] };
  }
  if (type === 'rollback.planned') {
    const means = MEANS[payload.means ?? ''] ?? payload.means ?? '';
    const sentence = `How ${payload.pipelineStage ?? where} is returned was decided: ${means}`;
    return { kind: 'rollback', status: undefined, sentence, details: lines(payload.reason) };
  }
  if (type === 'rollback.started') {
    return {
      kind: 'rollback',
      status: 'IN_PROGRESS',
      sentence: `The rollback of ${where} began`,
      details: [],
    };
  }
  if (type === 'rollback.ended') {
    const status = payload.status ?? 'UNKNOWN';
    return { kind: 'rollback', status, sentence: `The rollback of ${where} ${said(status)}`, details: [] };
  }
  return askedOf(type, actor, payload);
}
