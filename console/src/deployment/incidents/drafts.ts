import type { DeclareIncidentMutationVariables, IncidentSeverity } from './actions.generated';

export const LONGEST_TITLE = 200;

/** What is typed into the form of an incident. */
export interface Draft {
  title: string;
  severity: IncidentSeverity;
  since: 'now' | 'began' | 'ended';
  role: 'CAUSE' | 'FIX';
  note: string;
}

interface About {
  id: string;
  status: string;
  startedAt: string | null;
  endedAt: string | null;
  service: { name: string };
}

/** The form as it is opened: a deployment that failed is taken for a cause. */
export function firstDraft({ status }: Pick<About, 'status'>): Draft {
  return {
    title: '',
    severity: 'MAJOR',
    since: status === 'FAILED' ? 'began' : 'now',
    role: 'CAUSE',
    note: '',
  };
}

/** Why the title cannot be taken; nothing where it can. */
export function titleProblem(title: string): string | undefined {
  if (title.trim() === '') return 'Say in one line what customers notice.';
  if (title.length > LONGEST_TITLE) return `${title.length} characters; at most ${LONGEST_TITLE} are kept.`;
  return undefined;
}

/** What is sent for a draft. The service says when "now" is, so nothing is sent for it. */
export function declaration(
  { title, severity, since, role, note }: Draft,
  deployment: About,
): DeclareIncidentMutationVariables['input'] {
  const startedAt = since === 'began' ? deployment.startedAt : since === 'ended' ? deployment.endedAt : null;
  return {
    service: deployment.service.name,
    title: title.trim(),
    severity,
    startedAt,
    note: note.trim() || null,
    causes: role === 'CAUSE' ? [deployment.id] : [],
    fixes: role === 'FIX' ? [deployment.id] : [],
  };
}
