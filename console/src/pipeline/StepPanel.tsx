import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReactNode } from 'react';

import { useNow } from '../graph/service';
import { Moment } from '../parts/Moment';
import { Revision } from '../parts/Revision';
import { Status } from '../parts/Status';
import type { RunCheck, Step } from './course';
import { stateName, statusOf } from './looks';
import { Section } from './Section';
import { accuracySaid } from './sentences';
import { Soon } from './Soon';
import { ActionsTable, ChecksTable, EnvironmentsTable } from './StepTables';
import { bakeData, bakeLeft, bakeOf } from './timers';

function isoOf(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}

function BakeSection({ run }: { run: RunCheck }) {
  const now = useNow(1_000);
  const bake = bakeOf(run);
  const left = run.status === 'RUNNING' ? bakeLeft(bake, now) : null;
  return (
    <Section title="Bake">
      <KeyValuePairs
        columns={4}
        items={[
          { label: 'How far', value: <span className="said">{left ?? <Status status={run.status} />}</span> },
          { label: 'Requests', value: bakeData(bake) ?? 'not counted' },
          { label: 'Time is over', value: <Soon at={isoOf(bake.endsAt)} /> },
          { label: 'Looked at', value: <Moment at={isoOf(bake.observedAt)} /> },
        ]}
      />
      {bake.reasons.length > 0 && (
        <Box>
          When it was looked at:
          <ul className="refusals">
            {bake.reasons.map((reason) => (
              <li key={reason}>{reason}</li>
            ))}
          </ul>
        </Box>
      )}
    </Section>
  );
}

interface ForecastProps {
  step: Step;
  madeAt: string | null;
  accuracy: Parameters<typeof accuracySaid>[0];
}

function ForecastSection({ step: { forecast }, madeAt, accuracy }: ForecastProps) {
  if (forecast === null) return null;
  return (
    <Section title="Forecast">
      <KeyValuePairs
        columns={4}
        items={[
          { label: 'Enters', value: <Soon at={forecast.entersAt} /> },
          { label: 'Everywhere in it', value: <Soon at={forecast.reachedAt} /> },
          { label: 'Done', value: <Soon at={forecast.doneAt} /> },
          { label: 'Made', value: <Moment at={madeAt} /> },
        ]}
      />
      {forecast.unknown !== null && <Box>What cannot be told: {forecast.unknown}.</Box>}
      <Box variant="small">{accuracySaid(accuracy)}</Box>
    </Section>
  );
}

function Causes({ step }: { step: Step }) {
  const failed = step.stages
    .flatMap(({ actions }) => actions.nodes)
    .filter(({ status, failure, summary }) => status === 'FAILED' && (failure !== null || summary !== null));
  if (failed.length === 0) return null;
  return (
    <Section title="Why it failed">
      <Box>
        <ul className="refusals">
          {failed.map(({ id, name, failure, summary, externalUrl }) => (
            <li key={id}>
              {name}: {failure?.cause ?? summary}{' '}
              {externalUrl !== null && (
                <a href={externalUrl} target="_blank" rel="noreferrer">
                  in AWS
                </a>
              )}
            </li>
          ))}
        </ul>
      </Box>
    </Section>
  );
}

interface Props extends ForecastProps {
  zones: ReadonlyMap<string, string>;
  actions: ReactNode;
  /** What holds it back; not for a step that is passed. */
  decision: ReactNode;
  /** What was overridden, what is held, how it is rolled back. */
  children?: ReactNode;
}

function Description({ step }: { step: Step }) {
  return (
    <span className="inline">
      <Status status={statusOf(step.state)}>{stateName(step)}</Status>
      {step.there !== null && (
        <span>
          Last passed by <Revision revision={step.there.revision} />
        </span>
      )}
    </span>
  );
}

/** All that is known of one step for the execution that is shown. */
export function StepPanel(props: Props) {
  const { step, zones, actions, decision, children } = props;
  return (
    <Container
      header={
        <Header variant="h2" actions={actions} description={<Description step={step} />}>
          {step.title}
        </Header>
      }
    >
      <SpaceBetween size="l">
        <Causes step={step} />
        {decision}
        {step.bake !== null && <BakeSection run={step.bake} />}
        <ForecastSection {...props} />
        {step.wave === null ? (
          <ActionsTable step={step} />
        ) : (
          <div className="panel-columns">
            <Section title="Environments">
              <EnvironmentsTable step={step} zones={zones} />
            </Section>
            <Section title="Checks">
              <ChecksTable step={step} />
            </Section>
          </div>
        )}
        {children}
      </SpaceBetween>
    </Container>
  );
}
