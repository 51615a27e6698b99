import type { LatestCommitsQuery } from './commits.generated';

type Execution = LatestCommitsQuery['executions']['nodes'][number];

/** A commit that a pipeline has seen, the newest execution's word of it. */
export interface LatestCommit {
  key: string;
  service: string;
  revision: string;
  tag: string | null;
  message: string;
  author: string | null;
  at: string | null;
  status: string;
}

/** The commits of executions, each once for each service, in their order. */
export function latestOf(executions: readonly Execution[]): LatestCommit[] {
  const found = new Map<string, LatestCommit>();
  for (const {
    pipeline,
    revision,
    tag,
    commitMessage,
    author,
    committedAt,
    startedAt,
    status,
  } of executions) {
    const service = pipeline.service?.name;
    if (service === undefined || !revision) continue;
    const key = `${service} ${revision}`;
    if (found.has(key)) continue;
    const [message = ''] = (commitMessage ?? '').split('\n');
    found.set(key, { key, service, revision, tag, message, author, at: committedAt ?? startedAt, status });
  }
  return [...found.values()];
}
