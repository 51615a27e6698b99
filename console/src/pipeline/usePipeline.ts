import { COUNTS, type Live, useLive } from '../graph/useLive';
import { courseOf, type Passing, type Plan, type Step } from './course';
import {
  PipelineOfServiceDocument,
  type PipelineOfServiceQuery,
  PipelinePlanDocument,
  type PipelinePlanQuery,
  PipelineRunDocument,
  type PipelineRunQuery,
} from './pipeline.generated';
import { touchesPipeline, touchesPlan, touchesRun } from './touching';
import { WhyItWaitsDocument, type WhyItWaitsQuery } from './why.generated';

export type PipelineService = NonNullable<PipelineOfServiceQuery['service']>;
export type ServicePipeline = PipelineService['pipelines']['nodes'][number];

/** Why a service's revision is not in an environment yet; nothing is asked without an environment. */
export function useWhy(service: string, environment: string | null): Live<WhyItWaitsQuery> {
  return useLive(
    WhyItWaitsDocument,
    { service, environment: environment ?? '' },
    { touches: touchesPipeline(service), again: COUNTS, pause: environment === null },
  );
}

/** The executions that were told of last and those that go on, each once, the newest first. */
export function passingOf(pipeline: ServicePipeline | undefined): Passing[] {
  const all = [...(pipeline?.executions.nodes ?? []), ...(pipeline?.running.nodes ?? [])];
  return [...new Map(all.map((each) => [each.executionId, each])).values()];
}

export interface Pipeline {
  answer: Live<PipelineOfServiceQuery>;
  service: PipelineService | undefined;
  pipeline: ServicePipeline | undefined;
  runs: Passing[];
  executionId: string | null;
  run: Live<PipelineRunQuery>;
  plan: Plan | null;
  /** Whether the plan and the execution are answered: before that, nothing of their shape is known. */
  ready: boolean;
  /** The question for the plan, and what went wrong with it. */
  planned: Live<PipelinePlanQuery>;
  /** Why there is no plan. */
  unplanned: { message: string; remedy: string } | null;
  steps: Step[];
}

/** All that the view of a pipeline shows: the service, its plan, and one execution; the latest unless one is named. */
export function usePipeline(name: string, wanted: string | null): Pipeline {
  const answer = useLive(PipelineOfServiceDocument, { service: name }, { touches: touchesPipeline(name) });
  const service = answer.data?.service ?? undefined;
  const repository = service?.repository;
  const planned = useLive(
    PipelinePlanDocument,
    { repository: repository ?? '' },
    { touches: touchesPlan, pause: repository === undefined },
  );
  const pipeline = service?.pipelines.nodes[0];
  const runs = passingOf(pipeline);
  const executionId = wanted ?? pipeline?.executions.nodes[0]?.executionId ?? null;
  const run = useLive(
    PipelineRunDocument,
    { executionId: executionId ?? '' },
    { touches: touchesRun(executionId ?? ''), again: COUNTS, pause: executionId === null },
  );
  const said = planned.data?.plan;
  const plan = said !== undefined && 'stages' in said ? said : null;
  const unplanned = said !== undefined && 'message' in said ? said : null;
  const steps = courseOf(plan, runs, run.data?.execution ?? null);
  const answered = said !== undefined || planned.problem !== undefined;
  const ready = answered && (executionId === null || run.data !== undefined);
  return { answer, service, pipeline, runs, executionId, run, plan, ready, planned, unplanned, steps };
}
