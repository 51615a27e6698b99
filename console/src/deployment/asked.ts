import { type Entry, lines } from './entries';

/** What a person asked of CodePipeline for an execution, as the log's event has it. */
export interface Asked {
  abandon?: boolean;
  mode?: string;
  action?: string;
  decision?: string;
  pipelineStage?: string;
  targetRevision?: string | null;
  reason?: string;
}

type Told = Pick<Entry, 'kind' | 'status' | 'sentence'>;

function stage({ pipelineStage }: Asked): string {
  return pipelineStage ?? 'the stage';
}

function stopped(actor: string, { abandon }: Asked): Told {
  const how = abandon ? ', and to leave what was in progress' : '';
  return { kind: 'action', status: 'STOPPING', sentence: `${actor} asked to stop the execution${how}` };
}

function retried(actor: string, asked: Asked): Told {
  const what = asked.mode === 'ALL_ACTIONS' ? `all of ${stage(asked)}` : `what failed in ${stage(asked)}`;
  return { kind: 'action', status: 'IN_PROGRESS', sentence: `${actor} asked to try ${what} again` };
}

function rolledBack(actor: string, asked: Asked): Told {
  const to = asked.targetRevision ? ` to ${asked.targetRevision.slice(0, 8)}` : '';
  return {
    kind: 'rollback',
    status: 'IN_PROGRESS',
    sentence: `${actor} asked to roll ${stage(asked)} back${to}`,
  };
}

function answered(actor: string, asked: Asked): Told {
  const yes = asked.decision === 'APPROVED';
  const what = `${asked.action ?? 'an action'} in ${stage(asked)}`;
  return {
    kind: 'decision',
    status: yes ? 'PASSED' : 'FAILED',
    sentence: `${actor} ${yes ? 'approved' : 'rejected'} ${what}`,
  };
}

const ASKED: Record<string, (actor: string, asked: Asked) => Told> = {
  'execution.stop_asked': stopped,
  'stage.retry_asked': retried,
  'stage.rollback_asked': rolledBack,
  'approval.answered': answered,
};

/** What somebody asked for, in the timeline, with their reason; nothing for other events. */
export function askedOf(type: string, actor: string, asked: Asked): Omit<Entry, 'key' | 'at'> | undefined {
  const told = ASKED[type]?.(actor, asked);
  return told && { ...told, details: lines(asked.reason) };
}
