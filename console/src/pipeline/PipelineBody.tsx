import Alert from '@cloudscape-design/components/alert';
import Link from '@cloudscape-design/components/link';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useMemo, useState } from 'react';

import type { Equivalent } from '../app/page';
import { ViewHeader } from '../app/ViewHeader';
import { Empty } from '../parts/Empty';
import { Moment } from '../parts/Moment';
import { Trouble } from '../parts/Trouble';
import { ActionDialogs } from './actions/ActionDialogs';
import { PipelineButtons, StepButtons } from './actions/Buttons';
import type { Open, Opened } from './actions/opened';
import { Standing } from './actions/Standing';
import { standingOf } from './actions/standing';
import type { Why } from './blockers';
import { hasEnded, type Run, type Step } from './course';
import { currentOf, rollsBack, waitsFor } from './steps';
import { DecisionSection } from './DecisionSection';
import { ExecutionSelect } from './ExecutionSelect';
import { PassedWith } from './PassedWith';
import { RollbackSection } from './RollbackSection';
import { RunSummary } from './RunSummary';
import { StageGraph, StageList } from './StageGraph';
import { StepPanel } from './StepPanel';
import { TwoLines } from './TwoLines';
import { usePhone } from './usePhone';
import { type Pipeline, type PipelineService, type ServicePipeline, useWhy } from './usePipeline';
import type { Selection } from './useSelection';
import { TargetContext } from '../app/viewer';

interface Props extends Pipeline {
  service: PipelineService;
  selection: Selection;
  equivalent: Equivalent;
}

function whyOf(data: ReturnType<typeof useWhy>['data']): Why | null {
  return data !== undefined && 'sentence' in data.why ? data.why : null;
}

function Description({
  service,
  pipeline,
}: {
  service: PipelineService;
  pipeline: ServicePipeline | undefined;
}) {
  return (
    <span className="inline">
      <span>{service.team === null ? 'no team' : `team ${service.team.name}`}</span>
      <span>
        {service.repository} ({service.branch})
      </span>
      {pipeline?.consoleUrl && (
        <Link external href={pipeline.consoleUrl}>
          In AWS
        </Link>
      )}
    </span>
  );
}

/** What is to be said before the graph: that there is nothing to show, or that it is of an old plan. */
function Notices({ service, pipeline, executionId, run: asked }: Props) {
  const unknown = executionId !== null && asked.data !== undefined && asked.data.execution === null;
  return (
    <>
      {pipeline === undefined && <TwoLines repository={service.repository} />}
      {pipeline !== undefined && pipeline.staleAt !== null && (
        <Alert type="info">
          It was built from a plan that is no longer, since <Moment at={pipeline.staleAt} />: started, it
          builds itself anew.
        </Alert>
      )}
      {unknown && (
        <Empty title="There is no such execution">Choose one of the recent executions above.</Empty>
      )}
      {pipeline !== undefined && executionId === null && (
        <Empty title="It has never run">
          It runs with the next commit on {service.branch}, or when it is started.
        </Empty>
      )}
    </>
  );
}

const OPEN = new Set<Step['state']>(['COMING', 'WAITING', 'APPROVAL', 'DEPLOYING', 'WATCHED', 'IN_PROGRESS']);

interface PanelProps {
  step: Step;
  run: Run | null;
  service: PipelineService;
  open: Open;
}

function Panel({ step, run, service, open }: PanelProps) {
  const zones = useMemo(
    () => new Map(service.environments.nodes.map(({ name, region }) => [name, region.timeZone])),
    [service.environments.nodes],
  );
  const place = step.environments[0]?.name;
  const returned = rollsBack(step);
  const goesOn = run !== null && !hasEnded(run.status);
  const isAhead = goesOn && step.wave !== null && OPEN.has(step.state);
  const outstanding = step.environments
    .filter(({ status }) => status !== 'SUCCEEDED')
    .map(({ name }) => name);
  const target = { service: service.name, ...(place === undefined ? {} : { environment: place }) };
  return (
    <TargetContext value={target}>
      <StepPanel
        step={step}
        zones={zones}
        madeAt={run?.forecast?.madeAt ?? null}
        accuracy={service.forecastAccuracy}
        actions={<StepButtons step={step} run={run} open={open} />}
        decision={
          isAhead &&
          outstanding.length > 0 && (
            <DecisionSection
              key={step.id}
              service={service.name}
              environments={outstanding}
              onOverride={(kind, [environment = null]) =>
                open({ dialog: 'override', kinds: [kind], environment, wave: step.wave })
              }
            />
          )
        }
      >
        <PassedWith uses={run?.overrideUses.nodes.filter(({ wave }) => wave.name === step.wave) ?? []} />
        {run !== null && returned !== null && (
          <RollbackSection executionId={run.executionId} stage={returned} onFailure={step.onFailure} />
        )}
      </StepPanel>
    </TargetContext>
  );
}

/** The view of a service that there is. */
export function PipelineBody(props: Props) {
  const {
    answer,
    service,
    pipeline,
    runs,
    executionId,
    run: asked,
    ready,
    steps,
    selection,
    equivalent,
  } = props;
  const [opened, setOpened] = useState<Opened | null>(null);
  const [done, setDone] = useState<string | null>(null);
  const run = asked.data?.execution ?? null;
  const phone = usePhone();
  const current = currentOf(steps);
  const selected = steps.find(({ id }) => id === selection.step) ?? current;
  const why = whyOf(useWhy(service.name, run === null ? null : waitsFor(steps)).data);
  const held =
    why !== null && why.clearsAt !== null && current?.state === 'WAITING'
      ? { step: current.id, clearsAt: why.clearsAt }
      : null;
  const graph = { steps, selected: selected?.id ?? null, held, onSelect: selection.selectStep };
  const finish = (sentence: string): void => {
    setOpened(null);
    setDone(sentence);
    answer.refresh();
    asked.refresh();
  };
  return (
    <SpaceBetween size="m">
      <ViewHeader
        title={service.name}
        description={<Description service={service} pipeline={pipeline} />}
        actions={
          pipeline && (
            <TargetContext value={{ service: service.name }}>
              <PipelineButtons run={run} open={setOpened} />
            </TargetContext>
          )
        }
        equivalent={equivalent}
      />
      {done !== null && (
        <Alert type="success" dismissible dismissAriaLabel="Dismiss" onDismiss={() => setDone(null)}>
          {done}
        </Alert>
      )}
      <Trouble problem={asked.problem} onRetry={asked.refresh} />
      <Trouble problem={props.planned.problem} onRetry={props.planned.refresh} />
      {pipeline !== undefined && (
        <div className="execution-select">
          <ExecutionSelect runs={runs} executionId={executionId} onSelect={selection.selectExecution} />
        </div>
      )}
      <Notices {...props} />
      {run !== null && <RunSummary run={run} why={why} />}
      {!ready && <div className="graph-loading" aria-busy="true" />}
      {ready && steps.length > 0 && (phone ? <StageList {...graph} /> : <StageGraph {...graph} />)}
      {ready && selected !== null && <Panel step={selected} run={run} service={service} open={setOpened} />}
      {answer.data !== undefined && <Standing {...standingOf(answer.data, service)} open={setOpened} />}
      <ActionDialogs
        opened={opened}
        service={service}
        pipeline={pipeline}
        holds={answer.data?.holds.nodes ?? []}
        runs={runs}
        steps={steps}
        onDismiss={() => setOpened(null)}
        onDone={finish}
      />
    </SpaceBetween>
  );
}
