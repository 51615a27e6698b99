import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'react-router';

import { useNow } from '../graph/service';
import { useLive } from '../graph/useLive';
import { Trouble } from '../parts/Trouble';
import { SpanDetails } from './SpanDetails';
import type { DeploymentDetails } from './timeline';
import { TraceLinks } from './TraceLinks';
import { DeploymentTraceDocument } from './trace.generated';
import { spannedOf, textOf } from './waterfall/spans';
import type { Spanned } from './waterfall/tree';
import { Waterfall } from './waterfall/Waterfall';

const TOUCHING = /^(execution|stage|action|deployment|check_run)\.changed$|^failure\.explained$/;

/** The whole trace of the execution, opened where this deployment is. */
export function TraceSection({ deployment }: { deployment: DeploymentDetails }) {
  const { execution, environment, service } = deployment;
  const { executionId } = execution;
  const [search, setSearch] = useSearchParams();
  const now = useNow();
  const { data, problem, refresh } = useLive(
    DeploymentTraceDocument,
    { executionId },
    { touches: ({ type, payload }) => TOUCHING.test(type) && payload['executionId'] === executionId },
  );
  const told = data?.execution?.trace;
  const spans = useMemo(() => (told?.spans ?? []).map(spannedOf), [told]);
  const wanted = useCallback(
    ({ attributes }: Spanned) =>
      textOf(attributes, 'interlock.environment.name') === environment.name &&
      textOf(attributes, 'deployment.id') !== undefined,
    [environment.name],
  );
  const chosen = spans.find(({ id }) => id === search.get('span'));
  const choose = (id: string): void => {
    setSearch(
      (before) => {
        if (before.get('span') === id) before.delete('span');
        else before.set('span', id);
        return before;
      },
      { replace: true, preventScrollReset: true },
    );
  };
  const committedAt = data?.execution?.committedAt;
  return (
    <Container
      header={
        <Header
          variant="h2"
          counter={`(${spans.length})`}
          description="From the commit to the last environment: everything that the execution did, and does."
        >
          Trace
        </Header>
      }
    >
      <SpaceBetween size="m">
        <Trouble problem={problem} onRetry={refresh} />
        {spans.length === 0 ? (
          <Box>Nothing was done yet that a trace could show.</Box>
        ) : (
          <Waterfall
            spans={spans}
            committedAt={committedAt ? Date.parse(committedAt) : undefined}
            now={now}
            wanted={wanted}
            chosen={chosen?.id}
            onChoose={choose}
          />
        )}
        {chosen !== undefined && told !== undefined && (
          <SpanDetails
            span={chosen}
            traceId={told.traceId}
            zone={environment.region.timeZone}
            now={now}
            pipelineAccount={execution.pipeline.accountId}
          />
        )}
        <TraceLinks
          links={(told?.spans ?? []).flatMap(({ links }) => links)}
          service={service.name}
          environment={environment.name}
        />
      </SpaceBetween>
    </Container>
  );
}
